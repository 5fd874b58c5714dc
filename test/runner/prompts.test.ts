import assert from 'node:assert/strict';
import { it } from 'mocha';
import { Host } from './support/host.ts';
import { script, withEachPython } from './support/script.ts';

const prompting = `
import openhtf as htf
from openhtf.plugs.user_input import UserInput, prompt_for_test_start

class Dialog(UserInput):
    pass

@htf.plugs.plug(prompts=UserInput)
def text(test, prompts):
    print("answer:", prompts.prompt("Which colour?", text_input=True, image_url="led.png"))

@htf.plugs.plug(prompts=Dialog)
def button(test, prompts):
    print("answer:", repr(prompts.prompt("Ready?\\nReally?")))

@htf.plugs.plug(prompts=UserInput)
def late(test, prompts):
    prompts.prompt("Too late?", timeout_s=0.1)

htf.Test(text, button, late).execute(prompt_for_test_start())
`;

withEachPython('Prompts', (python) => {
  it('prompts of the plug, its subclasses and the start trigger are answered by the host', async () => {
    const answers = ['SN-9', 'green', ''];
    const prompt = (): string | null => answers.shift() ?? null;
    const host = await Host.run(python, await script(prompting), { prompt });
    assert.deepEqual(
      host.all('ui_request').map((asked) => [asked.message, asked.text_input, asked.image_url]),
      [
        ['Enter a DUT ID in order to start the test.', true, null],
        ['Which colour?', true, 'led.png'],
        ['Ready?\nReally?', false, null],
        ['Too late?', false, null],
      ],
      host.diagnostics(),
    );
    const { execution_id } = host.one('run_started');
    assert.ok(host.all('ui_request').every((asked) => asked.execution_id === execution_id));
    assert.deepEqual(
      host.all('ui_resolved').map((resolved) => resolved.request_id),
      host.all('ui_request').map((asked) => asked.request_id),
    );
    assert.match(host.stdout.toString(), /answer: green\nanswer: ''\n/);
    assert.equal(host.one('run_complete').serial_number, 'SN-9');
    const late = host.all('phase_complete').at(-1);
    assert.equal(late?.failure?.type, 'PromptUnansweredError', host.diagnostics());
  });

  it('a prompt does not accept the answer to another prompt', async () => {
    const file = await script(`
import openhtf as htf
from openhtf.plugs.user_input import UserInput

@htf.plugs.plug(prompts=UserInput)
def ask(test, prompts):
    print("answer:", prompts.prompt("Which?", text_input=True))

htf.Test(ask).execute(lambda: "SN-1")
`);
    const host = await Host.start(python, file);
    const { request_id } = await host.until('ui_request');
    host.send({ command: 'ui_response', request_id: 'another', value: 'wrong' });
    host.send({ command: 'ui_response', request_id, value: 'right' });
    await host.ended;
    assert.match(host.stdout.toString(), /answer: right\n/);
  });
});

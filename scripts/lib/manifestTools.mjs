import { editorTools } from '../../src/shared/assistant/editorTools.ts';
import { toolSchema } from '../../src/shared/assistant/toolSchema.ts';

const icons = {
  teststations_check_script: '$(checklist)',
  teststations_run_script: '$(play)',
  teststations_stop_run: '$(debug-stop)',
  teststations_open_report: '$(open-preview)',
  teststations_get_selection: '$(circuit-board)',
  teststations_get_running_test: '$(pulse)',
};

/** The key of a text for people, in package.nls.json. */
const textKey = (name) => `tool.${name.replace(/^teststations_/, '')}`;

/** Returns what package.json contributes for the tools of the editor, which are declared in `src/shared/assistant`. */
export function manifestTools() {
  return {
    languageModelTools: editorTools.map(({ name, reference, description, input }) => ({
      name,
      toolReferenceName: reference,
      displayName: `%${textKey(name)}%`,
      userDescription: `%${textKey(name)}.description%`,
      modelDescription: description,
      canBeReferencedInPrompt: true,
      icon: icons[name],
      tags: ['test-stations'],
      inputSchema: { ...toolSchema(input), additionalProperties: false },
    })),
    languageModelToolSets: [
      {
        name: 'testStations',
        description: '%toolSet%',
        icon: '$(beaker)',
        tools: editorTools.map(({ reference }) => reference),
      },
    ],
  };
}

/** Returns the texts of package.nls.json that repeat the titles of the tools. */
export const toolTitles = () => Object.fromEntries(editorTools.map(({ name, title }) => [textKey(name), title]));

import type { Fact, SectionContent } from './report.ts';

export interface PythonState {
  readonly command: readonly string[];
  readonly source: string;
  readonly inside:
    | {
        readonly executable: string;
        readonly version: string;
        readonly packages: Readonly<Record<string, string | null>>;
      }
    | { readonly failure: string };
}

const untrusted: SectionContent = {
  facts: [['Interpreter', 'not looked for: the workspace is not trusted']],
  problems: [
    'The workspace is not trusted, so no script can run. Run “Workspaces: Manage Workspace Trust” and trust it.',
  ],
};

/** Examines the interpreter. In a folder that is not trusted no program is started: its own `.venv` could be one. */
export async function pythonSection(isTrusted: boolean, python: () => Promise<PythonState>): Promise<SectionContent> {
  if (!isTrusted) return untrusted;
  const { command, source, inside } = await python();
  const chosen: Fact[] = [
    ['Interpreter', command.join(' ')],
    ['Taken from', source],
  ];
  if ('failure' in inside) {
    return {
      facts: [...chosen, ['Version', `not found out: ${inside.failure}`]],
      problems: [
        `The Python interpreter ${command.join(' ')} does not work. Choose another one in the setting testStations.python.`,
      ],
    };
  }
  const packages = Object.entries(inside.packages).map(([name, found]): Fact => [name, found ?? 'not installed']);
  return {
    facts: [...chosen, ['Executable', inside.executable], ['Version', inside.version], ...packages],
    problems: insideProblems(inside),
  };
}

function insideProblems({
  executable,
  version,
  packages,
}: Exclude<PythonState['inside'], { failure: string }>): string[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 3 || (major === 3 && minor < 10)) {
    return [
      `Python ${version} in ${executable} is too old. Install Python 3.10 or later and choose it in the setting testStations.python.`,
    ];
  }
  const missing = Object.keys(packages).filter((name) => packages[name] === null);
  if (missing.length === 0) return [];
  return [
    `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not installed in ${executable}. ` +
      'Run a script: the packages that it needs are then offered for installing. Or install them with pip.',
  ];
}

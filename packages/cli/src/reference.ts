import type { Command, Option } from 'commander'

/** The reference page of the command line, made from the very objects that parse it. */
export function referencePage(program: Command): string {
  const intro = [
    '# Command line',
    '',
    'Generated from the option objects by `npm run docs`; a test fails when it differs.',
    '',
    'Settings: flags, then `MONTANA_*` variables, then the file named by `--config`, then defaults. Exit codes: 0 ok,',
    '1 runtime error, 2 usage, 78 configuration or permission; 129, 130 or 143 when a signal came before it was done.',
    '',
    '## Options of every command',
    '',
    optionTable(program.options),
  ]
  const shown = program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== 'help')
  const sections = shown.flatMap((command) => commandSections(command, ''))
  return `${[...intro, ...sections].join('\n').trimEnd()}\n`
}

function commandSections(command: Command, prefix: string): string[] {
  const name = `${prefix}${command.name()}`
  if (command.commands.length > 0) return command.commands.flatMap((child) => commandSections(child, `${name} `))
  const options = command.options.length > 0 ? ['', optionTable(command.options)] : []
  return ['', `## montana ${name}`, '', `${sentence(command.description())}`, ...options]
}

function optionTable(options: readonly Option[]): string {
  const rows = options.map(({ flags, description, defaultValue }) => {
    const isShown = defaultValue !== undefined && defaultValue !== true && !isEmptyList(defaultValue)
    const suffix = isShown ? ` (default ${String(defaultValue)})` : ''
    return `| \`${flags.replaceAll('|', '\\|')}\` | ${(description + suffix).replaceAll('|', '\\|')} |`
  })
  return ['| option | meaning |', '|---|---|', ...rows].join('\n')
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

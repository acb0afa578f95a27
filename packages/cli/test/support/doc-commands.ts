import type { Command, Option } from 'commander'

export interface DocCommand {
  readonly line: number
  /** Behind `montana`. */
  readonly words: readonly string[]
}

const START = /^(?:\$ |sudo )?(?:npx (?:--no-install )?)?montana (.+)$/

/** The command lines of a page: whole lines of code blocks, continued by a backslash, and code within a sentence. */
export function commandsIn(page: string): DocCommand[] {
  let isFenced = false
  return page.split('\n').flatMap((text, index, all) => {
    if (text.trimStart().startsWith('```')) isFenced = !isFenced
    const isBlock = isFenced || text.startsWith('    ')
    const found = isBlock ? [continued(all, index)] : [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '')
    return found
      .flatMap((code) => START.exec(code.trim())?.[1] ?? [])
      .map((rest) => {
        return { line: index + 1, words: wordsOf(rest) }
      })
  })
}

function continued(lines: readonly string[], index: number): string {
  const line = lines[index] ?? ''
  return line.endsWith('\\') ? `${line.slice(0, -1)} ${continued(lines, index + 1).trim()}` : line
}

/** Without the comment behind, and without the brackets of what may be left out. */
function wordsOf(text: string): string[] {
  const code = text.replace(/\s#.*$/, '')
  return code
    .split(/\s+/)
    .map((word) => word.replaceAll(/[[\]]/g, ''))
    .filter((word) => word !== '')
}

/** What is wrong with a command line by the program itself; undefined where nothing is. */
export function faultOf(program: Command, words: readonly string[]): string | undefined {
  let command = program
  const options = [...program.options]
  let at = 0
  for (; at < words.length; at++) {
    const next = command.commands.find((child) => child.name() === words[at])
    if (!next) break
    command = next
    options.push(...next.options)
  }
  if (at === 0) return `there is no command '${words[0]}'`
  const isGroup = command.commands.length > 0
  const rest = words.slice(at)
  if (isGroup && rest[0] !== undefined && /^[a-z]/.test(rest[0])) return `'${command.name()}' has no '${rest[0]}'`
  return flagFault(rest, options)
}

function flagFault(words: readonly string[], options: readonly Option[]): string | undefined {
  for (const [index, word] of words.entries()) {
    if (!word.startsWith('-')) continue
    const option = options.find(({ long, short }) => [long, short].includes(word))
    if (!option) return `there is no option ${word}`
    const value = words[index + 1]
    if (option.required && (value === undefined || value.startsWith('--'))) return `${word} needs a value`
  }
  return undefined
}

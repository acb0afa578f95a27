import { ConfigError } from '@montana/foundation'
import { openTerminal } from '@montana/operator'

/** A question on the terminal itself: stdin may be a script. Throws ConfigError NO_TERMINAL that names `flag`. */
export async function askOnTerminal(question: string, flag: string): Promise<string> {
  await using terminal = await openTerminal().catch((cause: unknown) => {
    const remedy = `add --${flag}, after a look at --dry-run`
    throw new ConfigError('there is no terminal to ask on', { code: 'NO_TERMINAL', field: flag, remedy, cause })
  })
  return (await terminal.ask(question)).trim()
}

export async function isAgreed(isYes: boolean | undefined): Promise<boolean> {
  return isYes === true || /^y(es)?$/i.test(await askOnTerminal('Go on? [y/N] ', 'yes'))
}

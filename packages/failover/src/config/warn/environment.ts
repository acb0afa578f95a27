import type { Warning } from '../types.js'

/** Names of older deployments; nothing here reads them. */
const NEVER_READ = ['NODE_ID', 'NODE_MODE', 'NODE_NAME', 'MONTANA_NODE_ID']
/** Of the bot of the seeds. */
const TOKENS = ['TELEGRAM_TOKEN_JUNONA', 'THOUGHTS_BOT_TOKEN', 'OPENAI_API_KEY']

/** Variables that do not do what somebody may expect of them. Values are never shown. Spec three-mirror 2. */
export function environmentWarnings(environment: Readonly<Record<string, string | undefined>>): Warning[] {
  const isSet = (name: string) => environment[name] !== undefined
  return [...NEVER_READ.filter(isSet).map(neverRead), ...TOKENS.filter(isSet).map(token)]
}

function neverRead(name: string): Warning {
  const remedy = 'unset it; the own name is --node or MONTANA_NODE_NAME'
  return { code: 'ENVIRONMENT_IGNORED', field: name, message: `${name} is set and never read`, remedy }
}

function token(name: string): Warning {
  const message = `${name} is in the environment, where every process of the user can read it`
  const remedy = 'pass it by LoadCredential= or a file of mode 0600, never by Environment='
  return { code: 'ENVIRONMENT_TOKEN', field: name, message, remedy }
}

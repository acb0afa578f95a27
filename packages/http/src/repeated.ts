import { FIELD_MAX_CHARACTERS, TOKEN_CHARACTERS_MIN } from './constants.js'

const AS_LONG_AS_A_TOKEN = new RegExp(`[^/]{${TOKEN_CHARACTERS_MIN},}`, 'g')

/** A name or path that was sent, as far as a refusal may repeat it: short, and nothing in it as long as a token. */
export function repeated(sent: string): string {
  return sent.replace(AS_LONG_AS_A_TOKEN, '…').slice(0, FIELD_MAX_CHARACTERS)
}

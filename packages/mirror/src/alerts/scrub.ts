import { createRedactor } from '@montana/git'

/** Scheme and place of a URL; user, password, query and fragment are where credentials stand. */
const URL_PARTS = /([a-z][a-z0-9+.-]{0,30}:\/\/)(?:[^\s/?#"'<>]*@)?([^\s?#"'<>]*)(?:[?#][^\s"'<>]*)?/gi

/** What is shorter is the name of an entry, such as `/alerts`, and may stand in any text. */
const SECRET_PATH_CHARACTERS_MIN = 16

/** Takes the known secrets out of a text, and of its URLs all but the place. The address of the webhook is a secret itself. */
export function alertScrub(secrets: readonly string[], webhook: string): (text: string) => string {
  const { pathname, search } = new URL(webhook)
  const paths = [pathname, search].filter((part) => part.length >= SECRET_PATH_CHARACTERS_MIN)
  const redact = createRedactor([...secrets, webhook, ...paths])
  return (text) => redact(text).replaceAll(URL_PARTS, '$1$2')
}

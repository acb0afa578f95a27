import { isIP } from 'node:net'

/** True for a name that is, or contains, a network address: such names are never published (spec operations 1). */
export function isAddress(name: string): boolean {
  const host = name.replace(/^\[|\](?::\d+)?$/g, '')
  return isIP(host) !== 0 || /(?:^|[^\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/.test(` ${name}`)
}

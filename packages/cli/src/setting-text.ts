import { toHex } from '@montana/foundation'

/** Values as the option's own text form where they have one. */
export function settingText(value: unknown): string | number | boolean | null {
  if (value === undefined || value === null) return null
  if (typeof value !== 'object') return value as string | number | boolean
  if (Array.isArray(value)) return value.join(',')
  if ('host' in value && 'port' in value) return `${value.host}:${value.port}`
  if ('kind' in value) return 'segments' in value ? `${value.kind}:${value.segments}` : String(value.kind)
  if ('hash' in value && 'window' in value) return `${value.window}:${toHex(value.hash as Uint8Array)}`
  return JSON.stringify(value)
}

import { UsageError } from '@montana/foundation'

export interface Address {
  readonly host: string
  readonly port: number
}

const MAX_PORT = 65_535
const FORM = /^(?:\[(?<v6>[^\]]+)\]|(?<v4>[^:]+)):(?<port>\d+)$/

/** `127.0.0.1:8444` or `[::1]:8444`; UsageError that names `field`. */
export function parseAddress(text: string, field: string): Address {
  const { v4, v6, port } = FORM.exec(text)?.groups ?? {}
  const host = v4 ?? v6
  if (host !== undefined && Number(port) <= MAX_PORT) return { host, port: Number(port) }
  throw new UsageError(`${field} is '${text}'; use HOST:PORT`, { field })
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

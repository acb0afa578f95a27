import { createServer } from 'node:net'
import { errorCode } from '@montana/foundation'
import { type Check, green, red } from './check.js'

export interface PortFacts {
  readonly what: string
  readonly host: string
  readonly port: number
  /** Code of the error; null where it can be had. */
  readonly fault: string | null
  /** It is our own node that has it. */
  readonly isOurs: boolean
}

/** Whether an address can be listened on; nothing stays open. */
export async function gatherPort(what: string, host: string, port: number, isOurs: boolean): Promise<PortFacts> {
  return { what, host, port, fault: isOurs ? null : await faultOf(host, port), isOurs }
}

async function faultOf(host: string, port: number): Promise<string | null> {
  const server = createServer()
  return await new Promise((resolve) => {
    server.once('error', (error) => resolve(errorCode(error)))
    server.listen({ host, port }, () => server.close(() => resolve(null)))
  })
}

export function judgePort({ what, host, port, fault, isOurs }: PortFacts): Check {
  const id = `${what} port`
  if (isOurs) return green(id, `${port}, this node has it`)
  if (fault === null) return green(id, `${port} is free`)
  const value = `${host}:${port} ${fault === 'EADDRINUSE' ? 'is in use' : `cannot be had (${fault})`}`
  return red(id, value, 'stop what uses it, or choose another')
}

import type { Diagnosis } from '../agent/ports.js'
import { runCheck } from '../health/checks.js'
import { ping } from './ping.js'

/** Of each probe: spec three-mirror 5.6. */
const TIMEOUT_SECONDS = 2
const MS = 1_000
const [SSH_PORT, HTTPS_PORT] = [22, 443]

/**
 * What else answers at an address, all asked at once, within two seconds: for people who wonder whether the host is dead or
 * only its agent. A shield or a hijacked route answers too, so it decides nothing.
 */
export async function diagnose(address: string, signal: AbortSignal): Promise<Diagnosis> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_SECONDS * MS)])
  const [icmp, tcp22, tcp443] = await Promise.all([
    ping(address, TIMEOUT_SECONDS, bounded),
    isOpen(address, SSH_PORT, bounded),
    isOpen(address, HTTPS_PORT, bounded),
  ])
  return { icmp, tcp22, tcp443 }
}

async function isOpen(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  return (await runCheck({ kind: 'tcp', host, port }, signal)).failure === null
}

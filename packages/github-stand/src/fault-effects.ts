import { sleep } from '@montana/foundation'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FaultSpec } from './faults.js'

/** Does to a request what a fault says; true when nothing else shall be done with it. */
export async function applyFault(
  request: FastifyRequest,
  reply: FastifyReply,
  fault: FaultSpec | undefined,
): Promise<boolean> {
  if (fault === undefined) return false
  request.fault = fault
  if (fault.delayMs !== undefined) await waitWhileConnected(request, fault.delayMs)
  if (fault.hang || fault.reset) {
    reply.hijack()
    if (fault.reset) request.raw.socket.resetAndDestroy()
    return true
  }
  if (fault.status === undefined) return false
  reply.code(fault.status).headers({ ...fault.headers })
  await reply.send(fault.body ?? { message: 'planted fault' })
  return true
}

/** Whoever has gone is not waited for. */
async function waitWhileConnected({ raw }: FastifyRequest, ms: number): Promise<void> {
  const gone = new AbortController()
  const onClose = () => gone.abort()
  raw.socket.once('close', onClose)
  await sleep(ms, gone.signal).catch(() => {})
  raw.socket.off('close', onClose)
}

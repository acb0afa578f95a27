import { invalid } from '@montana/http'
import type { FastifyInstance } from 'fastify'
import { HttpError } from './errors.js'
import { addMutation } from './mutation.js'
import { acceptedSchema, keepSchema, recoverySchema } from './schema/index.js'
import { approveBody, keepBody, recoveryBody } from './schemas.js'
import { findTarget, requireAction, requireConfirmed, type WriteModules } from './write-routes.js'

/** What a person decides between two histories, and of a push that waits. Spec repository-mirror 7.3, 11.3, 14.2. */
export function addRecoveryRoutes(app: FastifyInstance, modules: WriteModules): void {
  addLook(app, modules)
  addKeep(app, modules)
  addApprove(app, modules)
}

/** A mutation by its cost: it makes this host fetch both sides. One at a time for each target. */
function addLook(app: FastifyInstance, modules: WriteModules): void {
  const { recover } = modules.service
  if (recover === undefined) return
  const looking = new Set<string>()
  addMutation(app, modules, {
    url: '/api/mirrors/:id/recovery',
    summary: 'reads both histories of a mirror and says what would become of each ref',
    schema: recoveryBody,
    answer: recoverySchema,
    run: async (_, id) => {
      await requireAction(modules, id, 'recover')
      if (looking.has(id)) throw stillLooks()
      looking.add(id)
      try {
        return { status: 200, body: await recover(id, modules.signal) }
      } finally {
        looking.delete(id)
      }
    },
  })
}

function addKeep(app: FastifyInstance, modules: WriteModules): void {
  const { service, facts, jobs, signal } = modules
  const { keepTips } = service
  if (keepTips === undefined) return
  addMutation(app, modules, {
    url: '/api/mirrors/:id/rescue/keep',
    summary: 'keeps foreign tips by rescue refs with the next push, as a job; a dry run shows the conditions',
    schema: keepBody,
    answer: keepSchema,
    accepted: acceptedSchema,
    run: async ({ tips, confirm, ...asked }, id) => {
      await requireAction(modules, id, 'sync')
      if (!asked.dryRun) await requireTyped(modules, id, confirm)
      await facts.requireEpoch(asked.expectedEpoch)
      const request = { ...asked, tips: new Map(tips.map(({ ref, tip }) => [ref, tip])) }
      const report = await keepTips(id, request, signal)
      if (asked.dryRun) return { status: 200, body: report }
      return { status: 202, body: { jobId: jobs.queue(() => service.enqueue(asked.reason, ['code'], [id])) } }
    },
  })
}

function addApprove(app: FastifyInstance, modules: WriteModules): void {
  const { service, facts, jobs } = modules
  const { approve } = service
  if (approve === undefined) return
  addMutation(app, modules, {
    url: '/api/mirrors/:id/approve',
    summary: 'lets a push go that changes workflows, as a job',
    schema: approveBody,
    accepted: acceptedSchema,
    run: async ({ confirm, ...asked }, id) => {
      await requireTyped(modules, id, confirm)
      await facts.requireEpoch(asked.expectedEpoch)
      await requireAction(modules, id, 'approve')
      approve(id, asked)
      return { status: 202, body: { jobId: jobs.queue(() => service.enqueue(asked.reason, ['code'], [id])) } }
    },
  })
}

/** `owner/name` of a repository, the id of an archive. */
async function requireTyped(modules: WriteModules, id: string, confirm: string | undefined): Promise<void> {
  const { type } = await findTarget(modules, id)
  if (type === 'github') return requireConfirmed(modules.service, id, confirm)
  if (confirm !== id) throw invalid('confirm', 'the name of the target is not repeated')
}

function stillLooks(): HttpError {
  return new HttpError(503, 'BUSY', 'both histories are being read already', { remedy: 'wait for that answer' })
}

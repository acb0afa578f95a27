import { invalid } from '@montana/http'
import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { nameText } from '../config/repository-name.js'
import type { Layer } from '../contracts/config.js'
import { MirrorError } from '../contracts/errors.js'
import { viewOf } from '../view/index.js'
import type { ActionName, TargetView } from '../view/types.js'
import type { Answer } from './answers.js'
import { addCandidateRoutes, testedCandidate } from './candidate-routes.js'
import { HttpError } from './errors.js'
import type { Facts } from './facts.js'
import type { HttpJobs } from './jobs.js'
import { addMutation, type MutationModules } from './mutation.js'
import { acceptedSchema, droppedSchema, heldSchema, removalSchema, resumedSchema, testSchema } from './schema/index.js'
import { demoteBody, dropBody, holdBody, removeBody, resumeBody, roleBody, syncBody, testBody } from './schemas.js'
import type { MirrorService, RoleRequest } from './service.js'

export interface WriteModules extends MutationModules {
  readonly service: MirrorService
  readonly facts: Facts
  readonly jobs: HttpJobs
  /** Fires when the server ends, never when a client leaves. */
  readonly signal: AbortSignal
}

const MINUTE_MS = 60_000
const REASON = 'asked for on the page'

/** What a person may ask for. A function that the service does not have gets no route. Spec repository-mirror 13. */
export function addWriteRoutes(app: FastifyInstance, modules: WriteModules): void {
  addSync(app, modules)
  addTest(app, modules)
  addCandidateRoutes(app, modules)
  addResume(app, modules)
  addHold(app, modules)
  addDropRescue(app, modules)
  addRoleChange(app, modules, 'promote')
  addRoleChange(app, modules, 'demote')
  addRemove(app, modules)
}

function addSync(app: FastifyInstance, modules: WriteModules): void {
  const { service, jobs } = modules
  const queue = (layers: readonly Layer[], names: readonly string[]): Answer => {
    return { status: 202, body: { jobId: jobs.queue(() => service.enqueue(REASON, layers, names)) } }
  }
  addMutation(app, modules, {
    url: '/api/mirrors/sync',
    summary: 'brings layers of every mirror in step, as a job',
    schema: syncBody,
    accepted: acceptedSchema,
    run: async ({ layers }) => queue(layers, await syncable(modules.facts, service)),
  })
  addMutation(app, modules, {
    url: '/api/mirrors/:id/sync',
    summary: 'brings layers of one mirror in step, as a job',
    schema: syncBody,
    accepted: acceptedSchema,
    run: async ({ layers }, id) => {
      await requireAction(modules, id, 'sync')
      return queue(layers, [id])
    },
  })
}

/** All targets that can be brought in step now. Throws 409 with the reason of the first where none can. */
async function syncable(facts: Facts, { parts }: MirrorService): Promise<string[]> {
  const { mirrors } = viewOf(await facts.parts(), parts.time.wallMs())
  const names = mirrors.filter(({ actions }) => actions.sync.enabled).map(({ id }) => id)
  if (names.length > 0) return names
  throw notNow(mirrors[0]?.actions.sync.why ?? 'there is no mirror yet')
}

function addTest(app: FastifyInstance, modules: WriteModules): void {
  const { service, signal } = modules
  addMutation(app, modules, {
    url: '/api/mirrors/test',
    summary: 'tries every permission of a mirror, or of a candidate that is not saved',
    schema: testBody,
    answer: testSchema,
    run: async ({ id, candidate }) => {
      if (candidate !== undefined) return { status: 200, body: await testedCandidate(service, candidate, signal) }
      const reached = service.parts.targets.find(({ target }) => target.name === id)
      if (reached === undefined) throw unknownTarget()
      const checks = []
      for await (const check of reached.provider.test(signal)) checks.push(check)
      return { status: 200, body: { id, checks } }
    },
  })
}

function addResume(app: FastifyInstance, modules: WriteModules): void {
  const { service, facts, signal } = modules
  const { resume } = service
  if (resume === undefined) return
  addMutation(app, modules, {
    url: '/api/mirrors/:id/resume',
    summary: 'goes on after a reset of the history paused all mirrors',
    schema: resumeBody,
    answer: resumedSchema,
    run: async (body, id) => {
      await facts.requireEpoch(body.expectedEpoch)
      await requireAction(modules, id, 'resume')
      await resume(body, signal)
      facts.forget()
      return { status: 200, body: { paused: false } }
    },
  })
}

function addHold(app: FastifyInstance, modules: WriteModules): void {
  const { service, facts, signal } = modules
  const { hold } = service
  if (hold === undefined) return
  addMutation(app, modules, {
    url: '/api/mirrors/sentinel/hold',
    summary: 'binds the sentinel for a while, or ends that',
    schema: holdBody,
    answer: heldSchema,
    run: async ({ forMinutes, ...asked }) => {
      await facts.requireEpoch(asked.expectedEpoch)
      const holdUntilMs = forMinutes === 0 ? null : service.parts.time.wallMs() + forMinutes * MINUTE_MS
      await hold(holdUntilMs, asked, signal)
      facts.forget()
      return { status: 200, body: { holdUntilMs } }
    },
  })
}

function addDropRescue(app: FastifyInstance, modules: WriteModules): void {
  const { service, signal } = modules
  const { dropRescue } = service
  if (dropRescue === undefined) return
  addMutation(app, modules, {
    url: '/api/mirrors/:id/rescue/drop',
    summary: 'deletes a rescue ref on a mirror',
    schema: dropBody,
    answer: droppedSchema,
    run: async ({ ref, confirm }, id) => {
      await findTarget(modules, id)
      if (confirm !== id) throw invalid('confirm', 'the name of the target is not repeated')
      await dropRescue(id, ref, signal)
      return { status: 200, body: { dropped: ref } }
    },
  })
}

const SUMMARIES = {
  promote: 'makes a mirror the primary, as a job; with dryRun it shows the steps',
  demote: 'hands the role back to the primary, as a job; with dryRun it shows the steps',
}

function addRoleChange(app: FastifyInstance, modules: WriteModules, kind: 'promote' | 'demote'): void {
  const { service, facts, jobs, signal } = modules
  const change = service[kind]
  const schema: z.ZodType<z.output<typeof demoteBody>> = kind === 'demote' ? demoteBody : roleBody
  if (change === undefined) return
  addMutation(app, modules, {
    url: `/api/mirrors/:id/${kind}`,
    summary: SUMMARIES[kind],
    schema,
    accepted: acceptedSchema,
    run: async ({ confirm, force = false, drained = false, onRecovery, ...rest }, id) => {
      if ((await findTarget(modules, id)).type === 'git') throw notPromotable()
      await requireAction(modules, id, kind)
      const asked: RoleRequest = { ...rest, force, drained, ...(onRecovery && { onRecovery }) }
      if (!asked.dryRun || force) requireConfirmed(service, id, confirm)
      await facts.requireEpoch(asked.expectedEpoch)
      const jobId = jobs.start(kind, id, async () => await change(id, asked, signal).finally(() => facts.forget()))
      return { status: 202, body: { jobId } }
    },
  })
}

function addRemove(app: FastifyInstance, modules: WriteModules): void {
  const { service, jobs, signal } = modules
  const { remove } = service
  if (remove === undefined) return
  addMutation(app, modules, {
    url: '/api/mirrors/:id/remove',
    summary: 'forgets a mirror, as a job; a dry run lists what would go',
    schema: removeBody,
    answer: removalSchema,
    accepted: acceptedSchema,
    run: async ({ confirm, reason = REASON, ...rest }, id) => {
      const { type } = await findTarget(modules, id)
      const asked = { ...rest, reason }
      if (asked.dryRun) return { status: 200, body: { wouldGo: (await remove(id, asked, signal)) ?? null } }
      if (type === 'github') requireConfirmed(service, id, confirm)
      else if (confirm !== id) throw invalid('confirm', 'the name of the target is not repeated')
      return { status: 202, body: { jobId: jobs.start('remove', id, async () => await remove(id, asked, signal)) } }
    },
  })
}

/** Typed by a person: the repository that is meant. Spec repository-mirror 15 #8. */
export function requireConfirmed({ parts }: MirrorService, id: string, confirm: string | undefined): void {
  const target = parts.targets.find((reached) => reached.target.name === id)?.target
  if (target?.type === 'github' && nameText(target.repository) === confirm) return
  throw invalid('confirm', 'the owner/name of the target is not repeated')
}

export async function findTarget({ facts, service }: WriteModules, id: string): Promise<TargetView> {
  const found = viewOf(await facts.parts(), service.parts.time.wallMs()).mirrors.find((mirror) => mirror.id === id)
  if (found) return found
  throw unknownTarget()
}

export async function requireAction(modules: WriteModules, id: string, name: ActionName): Promise<void> {
  const { why } = (await findTarget(modules, id)).actions[name]
  if (why !== null) throw notNow(why)
}

function notPromotable(): MirrorError {
  return new MirrorError('NOT_PROMOTABLE', 'an archive holds code only', { remedy: 'choose a target of type github' })
}

function notNow(why: string): HttpError {
  return new HttpError(409, 'PRECONDITION', why, { remedy: 'load the page: it shows what can be done now' })
}

export function unknownTarget(): HttpError {
  return new HttpError(404, 'NOT_FOUND', 'there is no such target', { remedy: 'ask for the list of mirrors' })
}

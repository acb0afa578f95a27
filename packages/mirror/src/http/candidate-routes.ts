import type { FastifyInstance } from 'fastify'
import type { Candidate, CandidateReport } from '../service/candidate.js'
import { HttpError } from './errors.js'
import { addMutation } from './mutation.js'
import { acceptedSchema, sshHostsSchema, sshKeySchema } from './schema/index.js'
import { addBody, sshHostsBody, sshKeyBody } from './schemas.js'
import type { MirrorService } from './service.js'
import type { WriteModules } from './write-routes.js'

/** A new target: its ssh key and host keys, and to save it once it was tested. Spec repository-mirror 13 and 14.2. */
export function addCandidateRoutes(app: FastifyInstance, modules: WriteModules): void {
  addSave(app, modules)
  addSsh(app, modules)
}

/** Throws {@link HttpError} 409 where no target can be added. */
export async function testedCandidate(
  { testCandidate }: MirrorService,
  candidate: Candidate,
  signal: AbortSignal,
): Promise<CandidateReport> {
  if (testCandidate !== undefined) return await testCandidate(candidate, signal)
  const remedy = 'use `montana mirror add`'
  throw new HttpError(409, 'PRECONDITION', 'no target can be added here', { remedy })
}

function addSave(app: FastifyInstance, modules: WriteModules): void {
  const { service, facts, jobs, signal } = modules
  const { addSlot } = service
  if (addSlot === undefined) return
  addMutation(app, modules, {
    url: '/api/mirrors',
    summary: 'saves a mirror that was tested, as a job',
    isAlsoRead: true,
    schema: addBody,
    accepted: acceptedSchema,
    run: async ({ candidate, testedAs }) => {
      const work = async () => await addSlot(candidate, testedAs, signal).finally(() => facts.forget())
      return { status: 202, body: { jobId: jobs.start('add', null, work) } }
    },
  })
}

function addSsh(app: FastifyInstance, modules: WriteModules): void {
  const { service, signal } = modules
  const { sshTools } = service
  if (sshTools === undefined) return
  addMutation(app, modules, {
    url: '/api/mirrors/ssh/key',
    summary: 'makes a key for an archive over ssh; its private part stays here',
    schema: sshKeyBody,
    answer: sshKeySchema,
    run: async () => ({ status: 200, body: await sshTools.makeKey(signal) }),
  })
  addMutation(app, modules, {
    url: '/api/mirrors/ssh/hosts',
    summary: 'keys that a host shows now, for a person to compare',
    schema: sshHostsBody,
    answer: sshHostsSchema,
    run: async ({ url }) => ({ status: 200, body: { hostKeys: await sshTools.hostKeys(url, signal) } }),
  })
}

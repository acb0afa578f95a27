import { join } from 'node:path'
import { ConfigError } from '@montana/foundation'
import { loadMirrorConfig } from '../config/load.js'
import { loadManifest } from '../config/manifest.js'
import type { Values } from '../config/settings.js'
import type { GithubTarget } from '../contracts/config.js'
import { MirrorError } from '../contracts/errors.js'
import type { FenceRecord } from '../contracts/fence.js'
import type { Finding } from '../decide/verdict.js'
import { openRemoteGit } from '../fence/remote-git.js'
import { type HandbackStore, openHandbackStore, worthKeeping } from '../handback/progress-store.js'
import { createGithubProvider, type GithubProvider } from '../providers/github/provider.js'
import { createGitAccess } from '../push/access.js'
import type { StepRecord, TransactionEnd } from '../roles/transaction.js'
import type { Alert } from '../sentinel/types.js'
import { recover } from '../service/recover.js'
import { CONFLICT, HEALTHY, NOT_MET, type ScriptAnswer } from './answer.js'
import { openFence, ownId, reachOwn, type ScriptInit } from './place.js'
import { tell, withLines } from './tell.js'

export interface RecoverScriptInit extends ScriptInit {
  /** Where the slots stand, whose tokens enter the replicas. */
  readonly values: Values
}

const DEFAULT_BRANCH = 'main'

/** Hands a temporary primary back to this one: 0 done, 4 conflict, 5 fenced, 8 not ready. Spec repository-mirror 11.3. */
export async function runRecover(init: RecoverScriptInit, signal: AbortSignal): Promise<ScriptAnswer> {
  const { environment, source, folder, time } = init
  const fence = await openFence(init, signal)
  const record = (await fence?.read(signal))?.record
  if (fence === null || record === undefined) throw noFence()
  const self = await ownId(init, signal)
  const primary = reachOwn(init)
  const store = await openStore(init, primary, signal)
  const progress = worthKeeping(await store.read(signal), record, self)
  const steps: StepRecord[] = []
  const findings: Finding[] = []
  const end = await recover(
    {
      self,
      primary,
      replica: await replicaOf(init, record, self, signal),
      fence,
      manifest: loadManifest(join(source, environment.manifestFile)),
      config: environment,
      branch: (await primary.describe(signal)).defaultBranch ?? DEFAULT_BRANCH,
      folder,
      actor: 'primary',
      isAsked: false,
      isDrained: false,
      time,
      progress,
      save: (now) => store.write(now, signal),
      onStep: (step) => void steps.push(step),
      onFinding: (finding) => void findings.push(finding),
    },
    signal,
  )
  await store.write(null, signal)
  const epoch = (await fence.read(signal))?.record.epoch ?? null
  return withLines(answerOf(end, steps, findings), await tell(init, [alertOf(end, epoch)], signal))
}

function alertOf(end: TransactionEnd, epoch: number | null): Alert {
  if (end.kind === 'done')
    return { code: 'HANDED_BACK', message: `this repository acts again, in epoch ${epoch}`, epoch }
  const message = end.cause?.message ?? 'a try before this one had failed'
  return { code: end.cause?.code ?? 'HANDBACK_FAILED', message: `the hand-back was taken back: ${message}`, epoch }
}

export async function openStore(init: ScriptInit, own: GithubProvider, signal: AbortSignal): Promise<HandbackStore> {
  const access = (stop: AbortSignal) => own.gitAccess(stop)
  return openHandbackStore(await openRemoteGit({ folder: join(init.folder, 'own.git'), access }, signal))
}

/** The slot whose repository holds the epoch; after the claim the one that is fence or, failing that, the first. */
async function replicaOf(
  { values, proxyEnvironment }: RecoverScriptInit,
  record: FenceRecord,
  self: string,
  signal: AbortSignal,
): Promise<GithubProvider> {
  const { targets, fenceSlot } = loadMirrorConfig({ environment: values })
  const github = targets.filter((target): target is GithubTarget => target.type === 'github' && target.enabled)
  const open = (target: GithubTarget) => createGithubProvider(target, { access: createGitAccess, proxyEnvironment })
  const isClaimed = record.holder === self
  for (const target of github) {
    const provider = open(target)
    if (isClaimed ? target.slot === fenceSlot : (await provider.describe(signal)).id === record.holder) return provider
  }
  throw new ConfigError(`no MIRROR_<N>_REPO is ${record.holder}, which holds the epoch`, {
    field: 'MIRROR_1_REPO',
    remedy: 'hand over MIRROR_<N>_REPO and MIRROR_<N>_TOKEN of that repository',
  })
}

function answerOf(end: TransactionEnd, steps: readonly StepRecord[], findings: readonly Finding[]): ScriptAnswer {
  const result = { ...end, steps, findings }
  if (end.kind === 'done') return { exitCode: HEALTHY, result, lines: ['handed back: this repository acts again'] }
  const why = end.cause?.message ?? 'a try before this one had failed'
  const exitCode = end.cause?.code === 'HANDBACK_CONFLICT' ? CONFLICT : NOT_MET
  return { exitCode, result, lines: [`the hand-back was taken back: ${why}`] }
}

function noFence(): MirrorError {
  return new MirrorError('FENCED', 'there is no fence record: nothing says who acts', {
    remedy: 'set MIRROR_FENCE_REPO to the repository that holds the record',
  })
}

import type { Layer } from '../contracts/config.js'
import type { HeldPush } from '../contracts/push.js'
import type { LayerResult } from '../queue/worker-types.js'
import { reconcileWorkflows } from '../reconcile/workflows.js'
import { syncCode } from './code-layer.js'
import { refuseExposed } from './exposed.js'
import { refuseExposedHistory } from './exposed-history.js'
import { findHeldPush } from './held-push.js'
import { knownSecrets } from './known-secrets.js'
import { syncNames } from './names-layer.js'
import type { MirrorParts, Reached } from './parts.js'

const SHORT_ID = 12

/** One layer of one target. Spec repository-mirror 5. */
export async function runLayer(
  parts: MirrorParts,
  reached: Reached,
  layer: Layer,
  signal: AbortSignal,
): Promise<LayerResult> {
  if (layer === 'code') return await runCode(parts, reached, signal)
  if (reached.type !== 'github') return { status: 'off' }
  if (layer === 'secrets') return await syncNames(parts, reached, 'secret', signal)
  if (layer === 'variables') return await syncNames(parts, reached, 'variable', signal)
  const { workflows: control, contents } = reached.provider
  await reconcileWorkflows({ control, contents, manifest: parts.manifest, role: 'SLAVE' }, signal)
  return { status: 'ok', error: null }
}

/** Nothing of it is pushed: branches that go ahead could run the same workflows by another name. */
function waitsFor(name: string, { refs, paths }: HeldPush): LayerResult {
  const places = refs.map(({ ref, tip }) => `${ref} (${tip.slice(0, SHORT_ID)})`).join(', ')
  const message = `the push changes ${paths.join(', ')} on ${places}`
  const remedy = `read the change, then approve it on the page, or: montana mirror approve ${name} ${refs[0]?.tip ?? ''}`
  return { status: 'blocked', error: { code: 'APPROVAL_NEEDED', message, remedy } }
}

async function runCode(parts: MirrorParts, reached: Reached, signal: AbortSignal): Promise<LayerResult> {
  const call = { folder: parts.source, signal }
  const { refs: patterns, name } = reached.target
  const { privatePaths: paths, store } = parts
  await refuseExposed(call, patterns, paths)
  const history = { patterns, paths, pushed: store.refs.pushedTips(name), secrets: knownSecrets(parts) }
  await refuseExposedHistory(call, history)
  const held = await findHeldPush(parts, reached, signal)
  if (held !== null) return waitsFor(name, held)
  return await syncCode(parts, reached, signal)
}

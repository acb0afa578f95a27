import type { Layer } from '../contracts/config.js'
import type { LayerResult } from '../queue/worker-types.js'
import { reconcileWorkflows } from '../reconcile/workflows.js'
import { syncCode } from './code-layer.js'
import { refuseExposed } from './exposed.js'
import { refuseExposedHistory } from './exposed-history.js'
import { knownSecrets } from './known-secrets.js'
import { syncNames } from './names-layer.js'
import type { MirrorParts, Reached } from './parts.js'

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

async function runCode(parts: MirrorParts, reached: Reached, signal: AbortSignal): Promise<LayerResult> {
  const call = { folder: parts.source, signal }
  const { refs: patterns, name } = reached.target
  const { privatePaths: paths, store } = parts
  await refuseExposed(call, patterns, paths)
  const history = { patterns, paths, pushed: store.refs.pushedTips(name), secrets: knownSecrets(parts) }
  await refuseExposedHistory(call, history)
  return await syncCode(parts, reached, signal)
}

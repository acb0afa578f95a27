import { type HttpWorld, MAIL_TOKEN, TOKEN, WEBHOOK } from './world.js'

/** Error text with every kind of secret and path in it. */
export function leakOf({ source, tokens }: HttpWorld): string {
  return `git ${source} ${MAIL_TOKEN} ${TOKEN} https://x:${tokens[1]}@h.example/r ${WEBHOOK} /etc/montana/key`
}

/** Puts it wherever the store keeps a text that is shown. */
export function plantLeak(world: HttpWorld): void {
  const { store } = world.mirror.parts
  const leak = leakOf(world)
  const id = store.attempts.start('backup', 'code', Date.now())
  const error = { code: 'TARGET_AUTH', message: leak, remedy: leak }
  const end = { outcome: 'failed', errorCode: 'TARGET_AUTH', message: leak, refs: [], counts: {} } as const
  store.attempts.finish(id, Date.now(), end)
  const [layer] = store.layers.all()
  if (layer) store.layers.put({ ...layer, status: 'failed', error })
  store.jobs.request({ mirror: 'backup', layer: 'code', kind: 'manual', reason: leak, dueAtMs: Date.now() })
}

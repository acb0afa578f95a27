import { describe, expect, it, onTestFinished } from 'vitest'
import { type Layer, loadMirrorConfig, type Manifest, type MirrorAlert, openMirror } from '../../src/index.js'
import { receiver } from '../alerts/receiver.js'
import { temporaryFolder } from '../folders.js'
import { Workshop } from '../push/support/repositories.js'

const NOTHING: Manifest = {
  ...{ secrets: [], variables: [], gates: [], notCopied: [], workflows: [], ledgers: [], check: null },
}
const SOON = { debounceMs: 0, spacingMs: 0, pollMs: 10 }
const never = new AbortController().signal

describe('a sync that finds foreign work on a target', () => {
  it('tells the webhook before it ends, once, and whoever else is told', async () => {
    const { url, bodies } = await receiver(204)
    const workshop = new Workshop()
    onTestFinished(() => workshop.remove())
    workshop.foreignCommit('theirs')
    const environment = {
      ...{ MIRROR_ENABLED: 'true', MIRROR_ROLE: 'MASTER', MASTER_REPO: 'first/service', MIRROR_ALERT_WEBHOOK: url },
      ...{ MIRROR_1_TYPE: 'git', MIRROR_1_URL: workshop.target, MIRROR_1_NAME: 'archive' },
    }
    const told: MirrorAlert[] = []
    const mirror = await openMirror(
      {
        ...{ config: loadMirrorConfig({ environment }), manifest: NOTHING, source: workshop.source },
        ...{ dataFolder: temporaryFolder(), values: new Map(), actor: 'test', primary: null, timing: SOON },
        alert: (alert) => void told.push(alert),
      },
      never,
    )
    onTestFinished(() => mirror.close())
    for (let turn = 0; turn < 2; turn++) {
      mirror.enqueue('test', ['code'] satisfies Layer[])
      await mirror.sync(never)
    }
    expect(told).toMatchObject([{ mirror: 'archive', layer: 'code', code: 'REF_DIVERGED' }])
    expect(bodies()).toMatchObject([
      { repository: 'first/service', mirror: 'archive', layer: 'code', code: 'REF_DIVERGED', epoch: null },
    ])
  })
})

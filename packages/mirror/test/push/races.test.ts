import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pushCode } from '../../src/push/push.js'
import { git, refsOf, tipOf, Workshop } from './support/repositories.js'
import { requestFor } from './support/request.js'

let shop: Workshop
const path = process.env.PATH

beforeEach(async () => {
  shop = new Workshop()
  await pushCode(await requestFor(shop))
})

afterEach(() => {
  process.env.PATH = path
  shop.remove()
})

/** Whatever moves the branch of the target does it with this: a commit of somebody else, as often as `times`. */
function moverScript(times: number): string {
  const base = tipOf(shop.target, 'refs/heads/main')
  const ids = Array.from({ length: times }, (_, n) => {
    const id = shop.foreignCommit(`theirs ${n}`, `kept-${n}`)
    git(shop.target, 'update-ref', '-d', `refs/heads/kept-${n}`)
    return id
  })
  expect(tipOf(shop.target, 'refs/heads/main')).toBe(base)
  writeFileSync(join(shop.folder, 'moves'), ids.map((id) => `${id}\n`).join(''))
  const moves = join(shop.folder, 'moves')
  return `next=$(head -n 1 ${moves}); sed -i 1d ${moves}
[ -z "$next" ] || env -u GIT_QUARANTINE_PATH -u GIT_DIR /usr/bin/git -C ${shop.target} update-ref refs/heads/main "$next"`
}

/** In between our look and our push: each `git push` moves the branch first. */
function moveBeforePush(times: number): void {
  const folder = join(shop.folder, 'bin')
  mkdirSync(folder)
  const script = `#!/bin/sh\ncase " $* " in *" push "*) ${moverScript(times)};; esac\nexec /usr/bin/git "$@"\n`
  writeFileSync(join(folder, 'git'), script)
  chmodSync(join(folder, 'git'), 0o755)
  process.env.PATH = `${folder}:${path}`
}

describe('a tip that moves in between', () => {
  it('before the push: planned again, and found to have diverged', async () => {
    const ours = shop.commit('ours')
    moveBeforePush(1)
    const report = await pushCode(await requestFor(shop))
    const [main] = report.refs
    expect(main).toMatchObject({ outcome: 'diverged' })
    expect(tipOf(shop.target, 'refs/heads/main')).toBe(main?.after)
    expect(main?.after).not.toBe(ours)
  })

  it('while the target takes the push: no word of it is lost either', async () => {
    shop.commit('ours')
    shop.hook('pre-receive', moverScript(1))
    const report = await pushCode(await requestFor(shop, { target: { onDiverge: 'rescue' } }))
    expect(report.refs).toMatchObject([{ outcome: 'rescued' }])
    const [, theirs] = Object.entries(refsOf(shop.target)).find(([ref]) => ref.startsWith('refs/heads/rescue/')) ?? []
    expect(git(shop.target, 'log', '-1', '--format=%s', theirs ?? '')).toBe('theirs 0')
  })

  it('each time: given up after the third new plan, and nothing of ours stands there', async () => {
    const ours = shop.commit('ours')
    moveBeforePush(20)
    const report = await pushCode(await requestFor(shop, { target: { onDiverge: 'rescue' } }))
    expect(report.refs).toMatchObject([{ outcome: 'rejected', code: 'READBACK_MISMATCH' }])
    expect(tipOf(shop.target, 'refs/heads/main')).not.toBe(ours)
  })
})

describe('a target that does not answer', () => {
  const sockets = new Set<Socket>()

  async function blackHole(): Promise<{ url: string; close: () => void }> {
    const server = createServer((socket) => sockets.add(socket.on('error', () => {})))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    return {
      url: `http://127.0.0.1:${port}/o/r.git`,
      close: () => {
        for (const socket of sockets) socket.destroy()
        server.close()
      },
    }
  }

  it('ends by the time for a push', async () => {
    const hole = await blackHole()
    const pushTimeoutMs = { first: 700, later: 700 }
    const request = await requestFor(shop, { url: hole.url, target: { pushTimeoutMs } })
    const startMs = performance.now()
    await expect(pushCode(request)).rejects.toMatchObject({
      code: 'TARGET_UNREACHABLE',
      metadata: { reason: 'timeout' },
    })
    expect(performance.now() - startMs).toBeLessThan(5_000)
    hole.close()
  })

  it('ends by silence while it takes a push', async () => {
    shop.commit('ours')
    shop.hook('pre-receive', 'sleep 30')
    const request = { ...(await requestFor(shop)), idleTimeoutMs: 700 }
    await expect(pushCode(request)).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE', metadata: { reason: 'idle' } })
  })

  it('ends at once when the caller stops, and that is no fault', async () => {
    shop.commit('ours')
    shop.hook('pre-receive', 'sleep 30')
    const controller = new AbortController()
    const request = await requestFor(shop, { signal: controller.signal })
    const pushing = pushCode({ ...request, onProgress: ({ step }) => step === 'push' && controller.abort() })
    await expect(pushing).rejects.toMatchObject({ code: 'ABORTED' })
  })
})

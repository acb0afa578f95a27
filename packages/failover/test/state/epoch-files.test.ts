import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { NO_EPOCH } from '../../src/index.js'
import { EpochFolder } from '../../src/state/epoch-files.js'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'epochs-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

it('an epoch outlives the agent, per policy', async () => {
  const path = folder()
  const epochs = await EpochFolder.open(path, ['serve', 'coordinate'])
  await epochs.persist('serve', 524_798n)
  const again = await EpochFolder.open(path, ['serve', 'coordinate'])
  expect([again.of('serve'), again.of('coordinate')]).toEqual([524_798n, NO_EPOCH])
  expect(readFileSync(again.pathOf('serve'), 'utf8')).toBe('524798\n')
  expect(readdirSync(path)).toEqual(['epoch-serve'])
})

it('a missing file is not an epoch of 0', async () => {
  const path = folder()
  expect((await EpochFolder.open(path, ['serve'])).hasAny).toBe(false)
  writeFileSync(join(path, 'epoch-serve'), '0\n')
  expect((await EpochFolder.open(path, ['serve'])).hasAny).toBe(true)
})

it('a lower epoch is refused with the highest; the same is accepted', async () => {
  const epochs = await EpochFolder.open(folder(), ['serve'])
  await epochs.persist('serve', 20n)
  await epochs.persist('serve', 20n)
  const refusal = expect.objectContaining({ code: 'EPOCH_STALE', metadata: { highest: '20' } })
  await expect(epochs.persist('serve', 19n)).rejects.toEqual(refusal)
  expect(epochs.of('serve')).toBe(20n)
})

it('of several at once the highest stays, on disk too', async () => {
  const path = folder()
  const epochs = await EpochFolder.open(path, ['serve'])
  const results = await Promise.allSettled([20n, 25n, 22n, 30n, 29n].map((epoch) => epochs.persist('serve', epoch)))
  expect(results.map(({ status }) => status === 'fulfilled')).toEqual([true, true, false, true, false])
  expect(epochs.of('serve')).toBe(30n)
  expect((await EpochFolder.open(path, ['serve'])).of('serve')).toBe(30n)
})

it.each(['', 'x', '-1', '1e3', '18446744073709551616', '12 34'])(
  'a file that holds %j stops the agent',
  async (text) => {
    const path = folder()
    writeFileSync(join(path, 'epoch-serve'), text)
    const refusal = expect.objectContaining({ name: 'ConfigError', field: 'stateDir' })
    await expect(EpochFolder.open(path, ['serve'])).rejects.toEqual(refusal)
  },
)

it.skipIf(process.getuid?.() === 0)('what cannot be written is not remembered (skipped as root)', async () => {
  const path = folder()
  const epochs = await EpochFolder.open(path, ['serve'])
  chmodSync(path, 0o500)
  await expect(epochs.persist('serve', 1n)).rejects.toThrow()
  expect(epochs.of('serve')).toBe(NO_EPOCH)
  chmodSync(path, 0o700)
})

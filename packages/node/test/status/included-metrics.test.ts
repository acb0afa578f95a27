import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { withIncluded } from '../../src/status/included-metrics.js'

it('shows what jobs have left below the own metrics, once, and nothing that is no sample', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'included-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [one, two] = [join(folder, 'one.prom'), join(folder, 'two.prom')]
  writeFileSync(one, '# TYPE a gauge\na{job="x"} 1\nb 9\nnot a sample\n')
  writeFileSync(two, 'b 10\nc 3\n')
  const text = await withIncluded('# TYPE a gauge\na{job="own"} 5\nc 2\n', [one, two, join(folder, 'missing.prom')])
  expect(text).toBe('# TYPE a gauge\na{job="own"} 5\nc 2\na{job="x"} 1\nb 9\n')
})

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { appendDrillEvent, createPoller, createReport } from '../src/index.js'
import { servedNode, tempFolder } from './support/fixture.js'

const RUN = { pq_only: true, collector_node: null, claims: [], drills: [] }

async function polled() {
  const path = join(tempFolder(), 'soak.jsonl')
  const plan = { id: 'k', kind: 'kill' as const, label: 'moscow', peer: null, window: 5, duration_s: 10 }
  const run = { ...RUN, drills: [plan] }
  const poller = createPoller({
    path,
    intervalMs: 1000,
    nodes: [await servedNode('moscow'), await servedNode('armenia')],
    run,
  })
  await poller.watch({ everyMs: 1000, count: 2 })
  const report = () => createReport({ files: [path], generatedAt: new Date(0).toISOString(), command: 'c', build: 'b' })
  return { path, report }
}

describe('a declared run', () => {
  it('is judged by its document, which every record names', async () => {
    const { path, report } = await polled()
    expect((await report()).soak.defects).toEqual([])
    const file = path.replace('.jsonl', '.run.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"pq_only": true', '"pq_only": false'))
    expect((await report()).soak.defects).toEqual([
      { file: 'soak.run.json', line: null, seq: null, kind: 'run_changed' },
    ])
  })

  it('lets a drill excuse no more time than it declared', async () => {
    const { path, report } = await polled()
    await appendDrillEvent(path, { id: 'k', from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' })
    const [drill] = (await report()).drills
    expect(drill).toMatchObject({ from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:01:10.000Z' })
  })
})

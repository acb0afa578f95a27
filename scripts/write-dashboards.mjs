#!/usr/bin/env node
// Writes deploy/grafana/*.json; test/observability proves that they are what is written here.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DASHBOARDS } from './grafana/index.mjs'

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'deploy', 'grafana')
mkdirSync(folder, { recursive: true })
for (const [name, dashboard] of Object.entries(DASHBOARDS))
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(dashboard, null, 2)}\n`)

#!/usr/bin/env node
// Writes deploy/prometheus but for mirror.rules.yml, from the thresholds, remedies and causes of the watchdog;
// test/observability proves that the files are what is written here.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { alertFiles } from './prometheus/index.mjs'

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'deploy', 'prometheus')
mkdirSync(folder, { recursive: true })
for (const [name, text] of Object.entries(await alertFiles())) writeFileSync(join(folder, name), text)

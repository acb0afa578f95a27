import { mkdirSync, writeFileSync } from 'node:fs'
import { executed } from './ledger.mjs'

mkdirSync('site', { recursive: true })
writeFileSync('site/index.html', `<!doctype html>\n<title>Continuity</title>\n<p>${executed().size} actions executed\n`)

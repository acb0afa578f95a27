import { onTestFinished } from 'vitest'
import type { MirrorStore } from '../../src/store/index.js'
import { openMirrorStore } from '../../src/store/index.js'
import { temporaryFolder } from '../folders.js'

/** A store of the running test. */
export function temporaryStore(): MirrorStore {
  const store = openMirrorStore(temporaryFolder())
  onTestFinished(() => store.close())
  return store
}

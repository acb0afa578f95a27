import { DocumentStore, parseDocument, readDocumentFile, type VerifyModules } from '@montana/fleet'
import { ROSTER_KIND, type RosterDocument } from '@montana/fleet/roster'
import type { RosterFeed } from './sync.js'

export interface FeedInit {
  readonly stateDir: string
  readonly sources: readonly string[]
  readonly modules: VerifyModules
  readonly wallMs: () => number
}

export async function openRosterFeed({ stateDir, sources, modules, wallMs }: FeedInit): Promise<RosterFeed> {
  const store = await DocumentStore.open<RosterDocument>({ kind: ROSTER_KIND, stateDir, modules })
  return {
    get current() {
      return store.current
    },
    pull: async (checkHere) => {
      for (const source of sources) {
        const bytes = await readDocumentFile(source)
        checkHere(parseDocument(bytes, ROSTER_KIND).document)
        await store.accept(bytes, wallMs())
      }
    },
  }
}

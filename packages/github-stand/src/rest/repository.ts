import { repositoryView } from './repository-view.js'
import { ok, type RepositoryRoute } from './route.js'

export const REPOSITORY_ROUTES: readonly RepositoryRoute[] = [
  {
    method: 'GET',
    path: '',
    need: { permission: 'metadata', access: 'read' },
    handle: ({ repository, urls, credential }) => ok(repositoryView(repository, urls, credential)),
  },
]

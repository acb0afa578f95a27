import { z } from 'zod'
import { readBody } from './body.js'
import { NO_CONTENT, ok, type RepositoryRoute } from './route.js'

const schema = z.object({
  enabled: z.boolean(),
  allowed_actions: z.enum(['all', 'local_only', 'selected']).optional(),
  sha_pinning_required: z.boolean().optional(),
})

/** The switch of Actions as a whole. */
export const ACTIONS_PERMISSION_ROUTES: readonly RepositoryRoute[] = [
  {
    method: 'GET',
    path: '/actions/permissions',
    need: { permission: 'administration', access: 'read' },
    handle: ({ repository: { isActionsEnabled, allowedActions } }) =>
      ok({ enabled: isActionsEnabled, ...(isActionsEnabled && { allowed_actions: allowedActions }) }),
  },
  {
    method: 'PUT',
    path: '/actions/permissions',
    need: { permission: 'administration', access: 'write' },
    handle: ({ repository, body }) => {
      const { enabled, allowed_actions } = readBody(schema, body)
      repository.isActionsEnabled = enabled
      repository.allowedActions = allowed_actions ?? repository.allowedActions
      return NO_CONTENT
    },
  },
]

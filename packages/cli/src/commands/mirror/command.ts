import type { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addCommand } from './add.js'
import { approveCommand } from './approve.js'
import { mirrorGroup } from './group.js'
import { guardCommand } from './guard.js'
import { healthCommand } from './health.js'
import { heartbeatCommand } from './heartbeat.js'
import { hookCommand } from './hook.js'
import { recoverCommand } from './recover.js'
import { removeCommand } from './remove.js'
import { rescueCommand } from './rescue.js'
import { resumeCommand } from './resume.js'
import { demoteCommand, promoteCommand } from './role.js'
import { runCommand } from './run.js'
import { sentinelCommand } from './sentinel.js'
import { statusCommand } from './status.js'
import { syncCommand } from './sync.js'
import { testCommand } from './test.js'
import { workflowsCommand } from './workflows.js'

export function mirrorCommand(context: CliContext): Command {
  return mirrorGroup()
    .addCommand(statusCommand(context))
    .addCommand(syncCommand(context))
    .addCommand(runCommand(context))
    .addCommand(hookCommand(context))
    .addCommand(addCommand(context))
    .addCommand(removeCommand(context))
    .addCommand(testCommand(context))
    .addCommand(healthCommand(context))
    .addCommand(sentinelCommand(context))
    .addCommand(guardCommand(context))
    .addCommand(recoverCommand(context))
    .addCommand(promoteCommand(context))
    .addCommand(demoteCommand(context))
    .addCommand(approveCommand(context))
    .addCommand(resumeCommand(context))
    .addCommand(rescueCommand(context))
    .addCommand(workflowsCommand(context))
    .addCommand(heartbeatCommand(context))
}

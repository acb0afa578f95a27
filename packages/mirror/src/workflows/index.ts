export { checkWorkflows, type WorkflowFinding, type WorkflowSource } from './check.js'
export { isWholeScript, sentinelScript } from './sentinel-script.js'
export { SENTINEL_SCRIPT, SENTINEL_WORKFLOW, sentinelWorkflow } from './sentinel-workflow.js'

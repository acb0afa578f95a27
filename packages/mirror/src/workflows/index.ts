export { checkWorkflows, type WorkflowFinding, type WorkflowSource } from './check.js'
export { SENTINEL_SCRIPT, SENTINEL_WORKFLOW, sentinelWorkflow } from './sentinel-workflow.js'

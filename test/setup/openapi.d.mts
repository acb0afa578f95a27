export function ensureOpenApi(root: string): { path: string; reason?: undefined } | { path?: undefined; reason: string }

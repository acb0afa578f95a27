import { defineConfig } from 'vitest/config'

const long = process.env.MONTANA_LONG === '1'

export default defineConfig({
  test: {
    include: long
      ? ['**/*.long.test.ts']
      : ['packages/*/test/**/*.test.ts', 'native/test/**/*.test.ts', 'soak/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', ...(long ? [] : ['**/*.long.test.ts'])],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})

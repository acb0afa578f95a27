import { defineConfig } from 'vitest/config'

const long = process.env.MONTANA_LONG === '1'

export default defineConfig({
  test: {
    include: long
      ? ['**/*.long.test.ts']
      : ['packages/*/test/**/*.test.ts', 'native/test/**/*.test.ts', 'soak/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/.montana/**', ...(long ? [] : ['**/*.long.test.ts'])],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // What is awaited comes when the host has time for it; a promise in milliseconds is measured, and not polled for.
    expect: { poll: { timeout: 10_000 } },
    pool: 'forks',
    // Some tests hold promises in milliseconds (a cancel, a stop); on two cores they must not compete with each other.
    fileParallelism: false,
    server: {
      deps: {
        // They import JSON without saying so, which Node refuses.
        inline: [/@actions\//],
        // What is compiled is loaded as it is, as in the product: otherwise each file of ours is transformed for each test.
        external: [/\/dist\/.+\.js$/],
      },
    },
  },
})

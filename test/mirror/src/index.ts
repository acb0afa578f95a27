export { type DemoInit, type DemoResult, runDemo } from './demo.js'

import './integrations.test.js'

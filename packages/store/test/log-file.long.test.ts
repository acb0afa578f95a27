import './log-file.test.js'

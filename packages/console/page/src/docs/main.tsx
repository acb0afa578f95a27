import { render } from 'preact'
import '../style/tokens.css'
import '../style/base.css'
import '../style/docs.css'
import { Docs } from './docs.js'

const root = document.getElementById('app')
if (root) render(<Docs />, root)

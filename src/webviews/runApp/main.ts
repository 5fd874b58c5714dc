import * as z from 'zod';

import './runApp.ts';

// The page's policy forbids creating code from text, which zod would try by default.
z.config({ jitless: true });

document.body.append(document.createElement('run-app'));

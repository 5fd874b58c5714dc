import './limitsView.ts';

document.body.append(document.createElement('limits-view'));

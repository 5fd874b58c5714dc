import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { Report } from '../../shared/contract/report.ts';
import { imageType } from '../../shared/format/images.ts';
import { formatSize } from '../../shared/format/values.ts';
import { icon, iconButton } from '../shared/icons.ts';
import { send } from './host.ts';

export type Picture = { url: string } | { failure: string };

type Attachment = Report['attachments'][number];

export function attachmentsSection({ attachments }: Report, pictures: ReadonlyMap<string, Picture>): unknown {
  if (attachments.length === 0) return nothing;
  return html`
    <section aria-labelledby="attachments">
      <h2 id="attachments" tabindex="-1">${l10n.t('Attachments')}</h2>
      <ul class="attachments">
        ${attachments.map((attachment) => item(attachment, pictures.get(attachment.id)))}
      </ul>
    </section>
  `;
}

function item(attachment: Attachment, picture: Picture | undefined): unknown {
  const { id, name, size } = attachment;
  return html`
    <li>
      ${imageType(attachment) === null ? nothing : pictureOf(attachment, picture)}
      <span class="file">
        ${icon(imageType(attachment) === null ? 'file' : 'file-media')}
        <span class="name">${name}</span>
        <span class="note">${size === null ? l10n.t('never uploaded') : formatSize(size)}</span>
        ${
          size === null
            ? nothing
            : html`${iconButton('go-to-file', l10n.t('Open {0}', name), () => send({ type: 'openAttachment', attachment: id }))}
              ${iconButton('save', l10n.t('Save {0} as…', name), () => send({ type: 'saveAttachment', attachment: id }))}`
        }
      </span>
    </li>
  `;
}

function pictureOf({ id, name }: Attachment, picture: Picture | undefined): unknown {
  if (!picture) return html`<span class="picture note" role="status">${l10n.t('Loading…')}</span>`;
  if ('failure' in picture) return html`<span class="picture note">${picture.failure}</span>`;
  return html`
    <button type="button" class="picture" @click=${() => send({ type: 'openAttachment', attachment: id })}>
      <img src=${picture.url} alt=${l10n.t('Open {0}', name)} />
    </button>
  `;
}

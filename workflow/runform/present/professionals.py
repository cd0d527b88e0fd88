"""How alike a runner moves to each professional: cosine similarities as the seed study drew them, and as ranks in the corpus."""

from pathlib import Path

import pandas as pd

from runform.present.style import BASELINE, HIGHLIGHT, PAGE_IN, PLAIN, message_figure, new_figure, note, save_figure


def plot_professionals(professionals_csv: str | Path, png: str | Path, pdf: str | Path) -> None:
    """Left, the seed study's bars of `similarity`, most alike on top; right, how each professional ranks within the corpus.

    professionals_csv: what `fewshot.professionals.compare_professionals` writes; rows without a similarity are left out.
    """
    table = pd.read_csv(professionals_csv)
    chosen = str(table["clip"].iloc[0]) if len(table) and pd.notna(table["clip"].iloc[0]) else ""
    known = table[table["similarity"].notna()].sort_values(["similarity", "professional"], ascending=[True, False])
    if known.empty:
        reason = table["note"].dropna()
        message_figure(reason.iloc[0] if len(reason) else "no professional clip has an embedding", png, pdf)
        return
    height_in = 0.155 * len(known) + 0.85
    with new_figure(1, 2, height_in=height_in, width_in=PAGE_IN, sharey=True, width_ratios=[1.25, 1]) as (figure, axes):
        _draw_similarities(axes[0], known)
        _draw_percentiles(axes[1], known)
        missing = len(table) - len(known)
        left_out = f" · {missing} professionals unavailable" if missing else ""
        note(figure, f"compared clip: {chosen} · {len(known)} professional clips{left_out}")
        save_figure(figure, png, pdf)


def _draw_similarities(axes, table: pd.DataFrame) -> None:
    colours = [PLAIN] * (len(table) - 1) + [HIGHLIGHT]
    bars = axes.barh(table["professional"], table["similarity"], color=colours, height=0.72)
    axes.bar_label(bars, [f"{value:.3f}" for value in table["similarity"]], padding=2, fontsize=6.5)
    axes.set(xlabel="cosine similarity of embeddings", xlim=(min(0, 1.2 * table["similarity"].min()), 1.16))
    axes.set_title("as the seed study drew it")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.margins(y=0.01)


def _draw_percentiles(axes, table: pd.DataFrame) -> None:
    share, n = 100 * table["corpus_percentile"], table["n_corpus"].max()
    axes.set_title("against the corpus, its mean taken off")
    if share.isna().all():
        axes.text(0.5, 0.5, "no corpus clip to rank against", transform=axes.transAxes, ha="center", color=BASELINE)
        return
    best = share == share.max()
    axes.hlines(table["professional"], 50, share, color=PLAIN, linewidth=1)
    axes.scatter(share, table["professional"], s=16, color=[HIGHLIGHT if top else PLAIN for top in best], zorder=3)
    axes.axvline(50, color=BASELINE, linewidth=0.8)
    axes.set(xlabel=f"more alike than this share of {n:.0f} corpus clips (%)", xlim=(-3, 103))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)

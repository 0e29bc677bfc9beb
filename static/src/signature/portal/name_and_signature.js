import {onWillUnmount, useEffect} from "@odoo/owl";
import {rpc} from "@web/core/network/rpc";
import {NameAndSignature} from "@web/core/signature/name_and_signature";
import {
    takeInkOffPaper,
    turnPicture,
} from "@customer_contract/signature/portal/signature_picture";
import {
    OF_SYSTEM,
    findTypeface,
} from "@customer_contract/signature/portal/signature_typeface";

const TYPING_PAUSE = 200;
// All of Odoo's signature fonts together are more than a megabyte: one is enough to begin.
const FIRST_FONT = "LaBelleAurore-Regular.ttf";
// How much of the field a typed name takes up
const NAME_WIDTH = 0.85;
const NAME_HEIGHT = 0.6;
// More than that is not seen on paper either
const MOST_PIXEL_RATIO = 3;

/**
 * Odoo's signature field, made fit for phones and screen readers: strokes survive when
 * the phone is turned, only the last of several pictures is drawn, and every control
 * says what it does. It is as fine as the screen, and takes signatures off the paper that
 * they were photographed on.
 */
export class ContractNameAndSignature extends NameAndSignature {
    static template = "customer_contract.NameAndSignature";
    static defaultProps = {...NameAndSignature.defaultProps, defaultFont: FIRST_FONT};

    setup() {
        super.setup();
        this.pictureNumber = 0;
        this.turns = 0;
        this.props.signature.settle = () => this.settle();
        onWillUnmount(() => clearTimeout(this.drawTimeout));
        // The field has no size before its dialog opens, and another one whenever a
        // phone is turned.
        useEffect(
            (canvas) => {
                if (!canvas) {
                    return undefined;
                }
                const observer = new ResizeObserver(() => this.onResize());
                observer.observe(canvas.parentElement);
                return () => observer.disconnect();
            },
            () => [this.canvas]
        );
    }

    get canvas() {
        return this.signatureRef.el;
    }

    /**
     * Keeps what was drawn when the field changes its size.
     */
    onResize() {
        const width = this.canvas?.clientWidth;
        if (!width || width === this.padWidth) {
            return;
        }
        const ratio = this.padWidth ? width / this.padWidth : 1;
        const strokes = this.signaturePad.toData();
        this.resizeSignature();
        if (this.state.signMode === "draw") {
            for (const point of strokes.flatMap((stroke) => stroke.points)) {
                point.x *= ratio;
                point.y *= ratio;
            }
            this.signaturePad.fromData(strokes);
            this.props.signature.isSignatureEmpty = this.isSignatureEmpty;
        } else if (this.state.signMode === "load" && this.loadedPicture) {
            this.printImage(this.loadedPicture);
        } else {
            this.drawCurrentName();
        }
    }

    /**
     * Gives the field as many pixels as the screen has: strokes are given in those of the
     * page, and what is drawn is as fine as it is seen.
     */
    resizeSignature() {
        this.padWidth = this.canvas.clientWidth;
        this.padHeight = parseInt(this.padWidth / this.props.displaySignatureRatio, 10);
        this.pixelRatio = Math.min(
            Math.max(window.devicePixelRatio || 1, 1),
            MOST_PIXEL_RATIO
        );
        this.canvas.width = Math.round(this.padWidth * this.pixelRatio);
        this.canvas.height = Math.round(this.padHeight * this.pixelRatio);
        this.canvas.getContext("2d").scale(this.pixelRatio, this.pixelRatio);
    }

    setMode(mode, reset) {
        if (mode === this.state.signMode && mode !== "load" && !reset) {
            return;
        }
        super.setMode(mode, reset);
    }

    /**
     * Draws the name once the person pauses: the picture holds a whole font.
     */
    onInputSignName(ev) {
        const isShown = this.state.showSignatureArea;
        if (!isShown || this.state.signMode !== "auto") {
            super.onInputSignName(ev);
            return;
        }
        this.props.signature.name = ev.target.value;
        clearTimeout(this.drawTimeout);
        this.drawTimeout = setTimeout(() => this.settle(), TYPING_PAUSE);
    }

    /**
     * Draws the name in one typeface that has all its letters, as large as it fits.
     */
    async drawCurrentName() {
        const text = this.getCleanedName();
        const number = ++this.pictureNumber;
        if (!text.trim()) {
            this.clear();
            return;
        }
        const typeface = await this.chooseTypeface(text);
        if (number !== this.pictureNumber || !this.canvas || !this.padWidth) {
            return;
        }
        this.clear();
        const context = this.canvas.getContext("2d");
        const setSize = (size) => {
            context.font = `${size}px ${typeface}`;
            return context.measureText(text).width;
        };
        const most = this.padHeight * NAME_HEIGHT;
        const width = setSize(most);
        setSize(most * Math.min(1, (this.padWidth * NAME_WIDTH) / width));
        context.save();
        context.textAlign = "center";
        context.textBaseline = "middle";
        context.fillStyle = this.props.fontColor;
        context.fillText(text, this.padWidth / 2, this.padHeight / 2);
        context.restore();
        this.signaturePad._isEmpty = false;
        this.props.signature.isSignatureEmpty = false;
        this.props.onSignatureChange(this.state.signMode);
    }

    /**
     * Chooses the typeface for a name: the wanted one, unless it lacks a letter.
     *
     * @param {string} text
     * @returns {Promise<string>}
     */
    async chooseTypeface(text) {
        const wanted = await findTypeface([this.fonts[this.currentFont]], text);
        if (wanted) {
            return wanted;
        }
        await this.loadOtherFonts();
        return (await findTypeface(this.fonts, text)) || OF_SYSTEM;
    }

    /**
     * Fetches the styles to choose from; the first one stays the first.
     */
    async loadOtherFonts() {
        if (!this.hasAllFonts) {
            this.hasAllFonts = true;
            try {
                const fonts = await rpc("/web/sign/get_fonts/");
                this.fonts = [...new Set([...this.fonts, ...fonts])];
            } catch (error) {
                this.hasAllFonts = false;
                console.warn(error);
            }
        }
    }

    /**
     * Waits until the signature is that of the name as it stands.
     */
    async settle() {
        if (this.drawTimeout) {
            clearTimeout(this.drawTimeout);
            this.drawTimeout = null;
            await this.drawCurrentName();
        }
    }

    /**
     * Has the space bar press what looks like a button, but is a link.
     *
     * @param {KeyboardEvent} ev
     */
    onTabKey(ev) {
        if (ev.key === " ") {
            ev.preventDefault(); // the page would scroll
            ev.currentTarget.click();
        }
    }

    /**
     * The phone's keyboard stays down until the person asks for it.
     */
    focusName() {}

    getSVGText() {
        // encodeURI leaves this character alone, which would cut the picture off
        return super.getSVGText(...arguments).replaceAll("#", "%23");
    }

    async onChangeSignLoadInput(ev) {
        this.turns = 0;
        const result = await super.onChangeSignLoadInput(ev);
        // choosing the same file again is a change too
        ev.target.value = "";
        return result;
    }

    /**
     * Turns the loaded picture: how a phone was held is not always known.
     */
    async onClickTurn() {
        if (this.loadedPicture) {
            this.turns = (this.turns + 1) % 4;
            await this.printImage(this.loadedPicture);
        }
    }

    /**
     * Draws a picture, unless another one was asked for in the meantime.
     *
     * @param {string} source - the picture's address
     */
    async printImage(source) {
        const number = ++this.pictureNumber;
        if (this.state.signMode === "load") {
            this.loadedPicture = source;
        }
        let picture = await this.loadPicture(source);
        if (number !== this.pictureNumber || !this.canvas) {
            return;
        }
        this.clear();
        if (!picture) {
            this.state.loadIsInvalid = true;
            return;
        }
        const [width, height] = [this.padWidth, this.padHeight];
        if (!width) {
            return;
        }
        if (this.state.signMode === "load") {
            picture = turnPicture(takeInkOffPaper(picture), this.turns);
        }
        const scale = Math.min(width / picture.width, height / picture.height);
        const [w, h] = [picture.width * scale, picture.height * scale];
        const context = this.canvas.getContext("2d");
        context.drawImage(picture, (width - w) / 2, (height - h) / 2, w, h);
        this.signaturePad._isEmpty = false;
        this.props.signature.isSignatureEmpty = false;
        this.props.onSignatureChange(this.state.signMode);
    }

    clear() {
        super.clear();
        this.state.loadIsInvalid = false;
    }

    loadPicture(source) {
        return new Promise((resolve) => {
            const picture = new Image();
            picture.onload = () => resolve(picture);
            picture.onerror = () => resolve(null);
            picture.src = source;
        });
    }
}

//! Italian.

use crate::{
    Api,
    list::{
        Activity, Common, Connection, Data, Delete, Devices, Errors, Events, Fields, Frame, Happened, Landing, Link,
        NotFound, Notices, Password, Profile, Reason, Reasons, Review, Security, SignIn, SignOut, SignUp, Stopped,
        Strength, Times, Words,
    },
};

/// `1 dispositivo`, `5 dispositivi`, `200+ dispositivi`.
fn count(number: usize, one: &str, many: &str, more: bool) -> String {
    let plus = if more { "+" } else { "" };
    let noun = if number == 1 && !more { one } else { many };
    format!("{number}{plus} {noun}")
}

fn units(number: i64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

pub(crate) static WORDS: Words = Words {
    common: Common {
        save: "Salva",
        saving: "Salvataggio…",
        cancel: "Annulla",
        edit: "Modifica",
        change: "Cambia",
        undo: "Annulla",
        retry: "Riprova",
        loading: "Caricamento…",
        not_loaded: "Non caricato",
        show_more: "Mostra altro",
        checking_session: "Verifica della sessione…",
        optional: "facoltativo",
    },
    frame: Frame {
        skip: "Vai al contenuto",
        account_nav: "Account",
        sign_in: "Accedi",
        create_account: "Crea un account",
        menu_of: |name| format!("Menu dell’account di {name}"),
        menu: "Menu dell’account",
        settings: "Impostazioni",
        profile: "Profilo",
        security: "Sicurezza",
        devices: "Dispositivi",
        activity: "Attività",
        data: "Dati e privacy",
        needs_attention: "richiede la tua attenzione",
        sign_out: "Esci",
        why_signed_out: "Perché la sessione è terminata?",
        check_connection: "Controllo della connessione",
        language: "Lingua",
        help: "Aiuto",
        privacy: "Privacy",
        terms: "Termini",
        about: |brand| format!("Accedi a {brand} e gestisci il tuo account."),
        needs_script: "Puoi accedere e uscire senza JavaScript. Attivalo per le pagine del tuo account e per il controllo della connessione.",
        page_needs_script: "Questa pagina richiede JavaScript. Senza, puoi accedere e uscire.",
    },
    stopped: Stopped {
        title: "Questa pagina non funziona",
        text: "Una parte della pagina non è stata caricata o si è fermata per un errore. Ricarica la pagina. Se non basta, forse un’estensione, la rete o un’impostazione del browser la blocca: serve WebAssembly.",
        forms: "Puoi comunque accedere, creare un account e uscire. Questi moduli funzionano senza quella parte.",
        reload: "Ricarica la pagina",
    },
    link: Link {
        offline: "Sei offline. Il tuo accesso resta attivo.",
        offline_only: "Sei offline.",
        reconnecting: "Riconnessione… Il tuo accesso è ancora attivo.",
        reconnecting_only: "Riconnessione…",
        obstacle: |why| format!("Riconnessione… Il tuo accesso è ancora attivo, ma il server risponde: {why}"),
        trying: "Nuovo tentativo…",
        conflict: "Il browser invia più sessioni insieme e il server non sa quale sia la tua.",
        conflict_here: "Accedi per continuare.",
        sign_in_again: "Accedi di nuovo",
        cookies_dropped: "Il browser non conserva i cookie di questo sito. L’accesso vale solo in questa pagina, per 15 \
                          minuti al massimo. Consenti i cookie del sito, poi accedi di nuovo.",
        secure_cookies_dropped: "Il browser non conserva i cookie sicuri su http. L’accesso vale solo in questa pagina, per \
                                 15 minuti al massimo. Usa https o un altro browser.",
    },
    landing: Landing {
        tagline: "Resta connesso, in sicurezza",
        description: "Un accesso che resiste al ricaricamento delle pagine, alla sospensione del computer e alle reti instabili, e si accorge quando ne viene usata una copia.",
        heading: "Resta connesso, in sicurezza.",
        lead: "Accedi una volta sola: l’accesso resiste al ricaricamento delle pagine, alla sospensione del computer e alle reti \
               instabili. Se qualcuno copia la tua sessione e la usa insieme a te, la sessione termina per entrambi e vedi da dove è stata usata.",
        open_account: "Vai al tuo account",
        promises: "Su cosa puoi contare",
        cards: [
            (
                "Nessuna disconnessione per errore",
                "Una rete instabile, una pagina ricaricata o cinque schede aperte non ti disconnettono.",
            ),
            (
                "Una sessione rubata dura poco",
                "Quando sono stati usati sia l’originale sia una copia, la sessione termina su entrambi i dispositivi.",
            ),
            ("Gli script non possono leggere la tua sessione", "È in un cookie che nessuna pagina può vedere."),
            (
                "Uscire vuol dire uscire",
                "In ogni scheda e sul server, subito. Un dispositivo che disconnetti da qui si ferma alla sua prossima richiesta.",
            ),
        ],
        about: "Questo sito mostra Sessionkeep: gestione open source delle sessioni per applicazioni web, in Rust.",
        try_it: "Crea un account per provarlo.",
        example: "Un esempio dei tuoi dispositivi",
    },
    sign_in: SignIn {
        title: "Accedi",
        heading: |brand| format!("Accedi a {brand}"),
        remember: "Mantieni l’accesso su questo dispositivo",
        remember_hint: "Su un dispositivo condiviso disattivala ed esci quando hai finito.",
        submit: "Accedi",
        busy: "Accesso in corso…",
        new_here: "Non hai un account?",
        create: "Creane uno",
        cannot: "Non riesci ad accedere?",
        get_help: "Chiedi aiuto",
        no_help: |brand| {
            format!(
                "Controlla email e password. {brand} non può reimpostare una password dimenticata: rivolgiti a chi gestisce il sito."
            )
        },
        to_continue: "Accedi per continuare.",
        to_continue_to: |page| format!("Accedi per aprire {page}."),
        not_ready: "Serve JavaScript. Ricarica la pagina e riprova.",
        busy_server: "Troppi tentativi. Aspetta un minuto, poi riprova.",
        why: "Perché?",
    },
    sign_out: SignOut {
        title: "Esci",
        text: "La sessione su questo dispositivo verrà terminata.",
        stay: "Resta connesso",
    },
    sign_up: SignUp {
        title: "Crea il tuo account",
        sign_in_instead: "Accedi con questa email",
        heading: |brand| format!("Crea il tuo account {brand}"),
        submit: "Crea account",
        busy: "Creazione dell’account…",
        accept: "Creando un account accetti:",
        have_account: "Hai già un account?",
        sign_in: "Accedi",
    },
    fields: Fields {
        email: "Email",
        display_name: "Nome",
        password: "Password",
        current_password: "Password attuale",
        new_password: "Nuova password",
        email_missing: "Inserisci la tua email.",
        email_long: "Questa email è troppo lunga.",
        email_form: "Inserisci un indirizzo email come nome@example.com.",
        email_taken: "Esiste già un account con questa email.",
        password_missing: "Inserisci la tua password.",
        password_choose: "Scegli una password.",
        too_short: |least, length| format!("Usa almeno {least} caratteri; finora: {length}."),
        too_long: |most, length| format!("Usa al massimo {most} caratteri; finora: {length}."),
        invisible: |code| format!("Togli il carattere invisibile {code}."),
        undefined: |code| format!("Togli il carattere {code}, che non ha significato."),
        in_emoji: "Alcune emoji e legature lo contengono.",
        marks: |most| format!("Usa al massimo {most} accenti o segni su una lettera."),
        mark_first: "Metti una lettera prima dell’accento o del segno con cui inizia il nome.",
        at_least: |least| format!("Usa almeno {least} caratteri."),
        uncounted: "I caratteri invisibili e gli accenti isolati non contano.",
        wrong_current: "Non è la tua password attuale.",
        show: "Mostra",
        hide: "Nascondi",
        of_field: |label| format!(" {}", label.to_lowercase()),
        caps_lock: "Il blocco maiuscole è attivo.",
    },
    password: Password {
        title: "Cambia password",
        others_sign_out: "Gli altri dispositivi verranno disconnessi, nel caso qualcuno conosca la vecchia password.",
        submit: "Cambia password",
        busy: "Cambio della password…",
        done: "Password cambiata.",
        done_details: "Qui l’accesso resta attivo. Eventuali altri dispositivi sono stati disconnessi.",
        unclear: "La risposta è andata persa e non sappiamo se la password è cambiata. Riprova. Se la password attuale viene \
                  rifiutata, vale già quella nuova.",
        to_devices: "Controlla i dispositivi",
        to_security: "Torna a Sicurezza",
    },
    strength: Strength {
        empty: |least| format!("Almeno {least} caratteri. Vanno bene alcune parole senza legame tra loro."),
        suggestion: "Vanno bene alcune parole senza legame tra loro.",
        to_go: |missing| {
            if missing == 1 { "Manca 1 carattere.".to_owned() } else { format!("Mancano {missing} caratteri.") }
        },
        too_long: |most| format!("Troppo lunga: al massimo {most} caratteri."),
        length: |length| format!("{length} caratteri."),
        advice: [
            "È una password comune.",
            "Contiene il tuo nome, email o il nome del servizio.",
            "Contiene una sequenza di tasti vicini.",
            "Ripetere serve a poco.",
            "Contiene una sequenza come abc o 6543.",
            "Contiene una data o un anno.",
            "I caratteri invisibili e gli accenti isolati non contano.",
            "Aggiungi una o due parole senza legame con le altre.",
        ],
        add_words: "Aggiungi altre parole.",
        weak: "Facile da indovinare.",
        fair: "Potrebbe essere più robusta.",
        strong: "Robusta.",
    },
    times: Times {
        just_now: "pochi istanti fa",
        minutes_ago: |number| format!("{} fa", units(number, "minuto", "minuti")),
        hours_ago: |number| format!("{} fa", units(number, "ora", "ore")),
        days_ago: |number| format!("{} fa", units(number, "giorno", "giorni")),
        today: "oggi",
        yesterday: "ieri",
        today_heading: "Oggi",
        yesterday_heading: "Ieri",
        months: [
            "gennaio",
            "febbraio",
            "marzo",
            "aprile",
            "maggio",
            "giugno",
            "luglio",
            "agosto",
            "settembre",
            "ottobre",
            "novembre",
            "dicembre",
        ],
        short_months: ["gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"],
        date: |day, month, year| format!("{day} {month} {year}"),
        short_date: |day, month| format!("{day} {month}"),
        month: |month, year| format!("{month} {year}"),
        at: |date, time| format!("{date}, {time}"),
        seconds: |number| units(number, "secondo", "secondi"),
        minutes: |number| units(number, "minuto", "minuti"),
        hours: |number| units(number, "ora", "ore"),
        days: |number| units(number, "giorno", "giorni"),
    },
    profile: Profile {
        title: "Profilo",
        member_since: |month| format!("Con noi da {month}"),
        administrator: "Amministratore",
        name: "Nome",
        no_name: "Nessun nome",
        add_name: "Aggiungi il tuo nome",
        edit_name: "Modifica nome",
        name_saved: "Nome salvato.",
        name_removed: "Nome rimosso.",
        name_hint: "Appare al posto della tua email. Lascialo vuoto per toglierlo.",
        email: "Email",
        language: "Lingua",
        theme: "Tema",
        theme_system: "Sistema",
        theme_light: "Chiaro",
        theme_dark: "Scuro",
    },
    security: Security {
        title: "Sicurezza",
        lead: "Come accedi, e da dove.",
        password: "Password",
        password_changed: |when| format!("Ultima modifica: {when}"),
        password_unchanged: "Impostata alla creazione dell’account",
        this_session: "Questa sessione",
        session_dates: |began, ends| format!("Accesso: {began} · Scadenza, se non usata: {ends}"),
        session_dates_unkept: |began, ends| {
            format!(
                "Accesso: {began} · Scadenza, se non usata: {ends}. Di norma questo browser la dimentica quando lo chiudi."
            )
        },
        other_devices: "Dispositivi",
        devices: |number, more| format!("Accesso attivo su {}", count(number, "dispositivo", "dispositivi", more)),
        review_devices: "Controlla",
        trouble: "La sessione termina spesso?",
        trouble_text: "Controlla cosa invia il browser, o leggi cosa fa terminare una sessione.",
        check_connection: "Controllo della connessione",
        why_signed_out: "Perché la sessione è terminata?",
    },
    devices: Devices {
        title: "Dispositivi",
        lead: "Dove è attivo il tuo accesso.",
        this_device: "Questo dispositivo",
        on: "su",
        unknown_device: "Dispositivo sconosciuto",
        others: |number, more| format!("Altri dispositivi ({number}{})", if more { "+" } else { "" }),
        inactive: |number| format!("Inattivi ({number})"),
        inactive_text: "Non usati da più di 30 giorni.",
        active_now: "Attivo ora",
        last_active: |when| format!("Ultima attività: {when}"),
        signed_in_at: |when| format!("Accesso: {when}"),
        sessions: |number| format!("{number} sessioni"),
        details: "Dettagli",
        details_of: |name| format!("Dettagli di {name}"),
        signed_in: "Accesso",
        last_used: "Ultimo uso",
        expires: "Scadenza",
        expires_unused: |date| format!("{date} se non usata"),
        expires_unkept: |date| format!("{date} se non usata. Di norma il browser la dimentica quando viene chiuso."),
        address: "Indirizzo IP",
        unknown_address: "Sconosciuto",
        browser: "User agent",
        sign_out: "Disconnetti",
        sign_out_of: |name| format!("Disconnetti {name}"),
        signing_out: "Disconnessione…",
        sign_out_others: "Disconnetti tutti gli altri",
        ask_one: |name| format!("Disconnettere {name}?"),
        ask_others: |number, more| {
            if number == 1 && !more {
                "Disconnettere 1 altro dispositivo?".to_owned()
            } else {
                format!("Disconnettere altri {number}{} dispositivi?", if more { "+" } else { "" })
            }
        },
        newer_one: "L’accesso su quel dispositivo è più recente di questo. La password conferma che sei tu e non qualcun altro che usa questa sessione.",
        newer_others: "Almeno un accesso è più recente di questo. La password conferma che sei tu e non qualcun altro che usa questa sessione.",
        leaving: |name| format!("Disconnessione di {name}…"),
        signed_out: |name| format!("Disconnesso: {name}."),
        was_signed_out: |name| format!("{name} era già disconnesso."),
        kept: |name| format!("{name} resta connesso."),
        signed_out_others: |number, more| {
            if number == 1 && !more {
                "Disconnesso 1 altro dispositivo.".to_owned()
            } else {
                format!("Disconnessi altri {number}{} dispositivi.", if more { "+" } else { "" })
            }
        },
        not_signed_out: |name| format!("Non è stato possibile disconnettere {name}."),
        undo_of: |name| format!("Annulla: lascia connesso {name}"),
        alone: "Solo questo dispositivo è connesso.",
        unfamiliar: "Non riconosci un dispositivo?",
        change_password: "Cambia la password",
        ends_others: "per disconnettere tutti gli altri.",
        more_shown: |number| {
            if number == 1 {
                "Mostrato 1 altro dispositivo. Non ce ne sono altri.".to_owned()
            } else {
                format!("Mostrati altri {number} dispositivi. Non ce ne sono altri.")
            }
        },
    },
    activity: Activity {
        title: "Attività",
        lead: "Accessi e altri eventi di sicurezza del tuo account.",
        filter: "Mostra",
        all: "Tutto",
        warnings: "Avvisi",
        sign_ins: "Accessi",
        nothing: "Non è ancora successo nulla.",
        nothing_here: "Non c’è nulla qui.",
        unfamiliar: "Non riconosci qualcosa?",
        change_password: "Cambia password",
        review_devices: "Controlla i dispositivi",
        alert: "Allarme",
        warning: "Avviso",
        times: |number| format!("{number} volte"),
        device_a: "Dispositivo A",
        device_b: "Dispositivo B",
        device: "Dispositivo",
        by_device: "Disconnesso da",
        from: |place| format!("Da {place}"),
        unknown_place: "Luogo sconosciuto",
        more: |number| {
            if number == 1 { "Caricato 1 altro evento.".to_owned() } else { format!("Caricati altri {number} eventi.") }
        },
        everything: "È tutto.",
    },
    events: Events {
        registered: Happened { title: "Account creato", meaning: "" },
        signed_in: Happened { title: "Accesso effettuato", meaning: "" },
        sign_in_failed: Happened { title: "Password errata", meaning: "L’accesso non è riuscito." },
        sign_in_failed_often: Happened {
            title: "Diverse password errate",
            meaning: "L’accesso non è riuscito. Chi riprova deve aspettare ogni volta di più.",
        },
        wrong_passwords: |number| format!("{number} password errate"),
        signed_out: Happened { title: "Disconnessione", meaning: "" },
        session_ended: Happened { title: "Dispositivo disconnesso", meaning: "" },
        session_ended_by_administrator: Happened {
            title: "Un amministratore ha disconnesso un dispositivo",
            meaning: "",
        },
        sessions_ended: Happened { title: "Tutti gli altri dispositivi disconnessi", meaning: "" },
        sessions_ended_by_administrator: Happened {
            title: "Un amministratore ha disconnesso tutti i dispositivi",
            meaning: "",
        },
        session_limit: Happened {
            title: "Troppi dispositivi",
            meaning: "I dispositivi inutilizzati da più tempo sono stati disconnessi. Se non accedi così spesso, cambia la \
                      password.",
        },
        password_changed: Happened {
            title: "Password cambiata",
            meaning: "Eventuali altri dispositivi sono stati disconnessi.",
        },
        confirmation_failed: Happened {
            title: "Password attuale errata",
            meaning: "È stata inserita su un dispositivo connesso. Non è cambiato nulla. Se non eri tu, cambia la password.",
        },
        refresh_repeated: Happened {
            title: "Sessione rinnovata di nuovo",
            meaning: "Una risposta è andata persa. È normale.",
        },
        refresh_from_elsewhere: Happened {
            title: "Sessione rinnovata da un’altra rete",
            meaning: "È normale quando un dispositivo cambia rete. Se non riconosci un indirizzo, disconnetti quel \
                      dispositivo e cambia la password.",
        },
        reused: Happened {
            title: "La tua sessione è stata usata in due luoghi",
            meaning: "Una sessione appartiene a un solo browser: probabilmente ne esisteva una copia. L’abbiamo terminata.",
        },
        clone: Happened {
            title: "La tua sessione è stata usata in due luoghi",
            meaning: "Due dispositivi la rinnovavano. L’abbiamo terminata.",
        },
        reuse_dismissed: Happened {
            title: "Risposta all’allarme: eri tu",
            meaning: "Lo ha confermato qualcuno che era già connesso al tuo account. Se non eri tu, cambia la password.",
        },
        exported: Happened { title: "Dati scaricati", meaning: "" },
        database_restored: Happened {
            title: "Sessione terminata per manutenzione",
            meaning: "I dati del server sono stati ripristinati da un backup.",
        },
        role_changed: Happened { title: "Il tuo ruolo è cambiato", meaning: "" },
        account_disabled: Happened {
            title: "Account disattivato",
            meaning: "Tutti i dispositivi sono stati disconnessi.",
        },
        account_enabled: Happened { title: "Account riattivato", meaning: "" },
        account_deleted: Happened { title: "Account eliminato", meaning: "" },
        unknown: Happened { title: "È successo qualcos’altro", meaning: "Ricarica la pagina per vedere cosa." },
    },
    review: Review {
        title: "La tua sessione è stata usata in due luoghi",
        text: |when, a, b| {
            format!(
                "{when}: una tua sessione è stata usata su {a} e su {b}. Una sessione appartiene a un solo browser: probabilmente uno dei due ne aveva una copia. L’abbiamo terminata."
            )
        },
        text_alike: |when, both| {
            format!(
                "{when}: una tua sessione è stata usata in due browser, entrambi {both}. Una sessione appartiene a un solo browser: probabilmente uno dei due ne aveva una copia. L’abbiamo terminata."
            )
        },
        text_short: |when| {
            format!("{when}: probabilmente è stata usata una copia di una tua sessione. L’abbiamo terminata.")
        },
        change_password: "Cambia password",
        to_activity: "Controlla l’attività",
        it_was_me: "Ero io",
        question: "Eri tu?",
        explanation: "Può succedere quando si ripristina un backup, si copia un profilo del browser o manca la corrente. Se \
                      non è successo nulla di questo, qualcun altro potrebbe aver usato la tua sessione.",
        yes: "Sì, ero io",
        no: "No, metti al sicuro l’account",
        dismissing: "Salvataggio…",
        dismissed: "Grazie. L’allarme è chiuso su tutti i tuoi dispositivi.",
        password_reason: "Se eri tu, inserisci la password attuale. Qui hai effettuato l’accesso prima dell’allarme: anche chi ha una copia di questa sessione potrebbe chiuderlo.",
    },
    data: Data {
        title: "Dati e privacy",
        download: "Scarica i tuoi dati",
        download_text: "Il tuo profilo, le sessioni attive e tutta la tua attività, in un file JSON.",
        download_button: "Scarica il file JSON",
        downloading: "Preparazione…",
        downloaded: |file| format!("Il browser sta salvando {file}."),
        delete: "Elimina account",
        delete_text: "Il tuo account viene eliminato per sempre e tutti i dispositivi vengono disconnessi. L’operazione non si può annullare.",
        profile: "Il tuo profilo: nome, email e password",
        lead: "Verranno eliminati:",
        sessions: |number, more| format!("I tuoi accessi su {}", count(number, "dispositivo", "dispositivi", more)),
        events: |number, more| {
            format!(
                "Gli indirizzi IP e i browser in {}",
                count(number, "registrazione di attività", "registrazioni di attività", more)
            )
        },
        stays: "Le registrazioni restano fino alla scadenza, senza il tuo nome, la tua email, gli indirizzi IP e i browser.",
        delete_button: "Elimina account…",
    },
    delete: Delete {
        title: "Elimina account",
        text: "Il tuo account viene eliminato per sempre e tutti i dispositivi vengono disconnessi. L’operazione non si può annullare.",
        administrator: "Sei un amministratore. Se sei l’unico, nominane prima un altro. Ciò che hai fatto in altri account resta nelle loro registrazioni, con il tuo indirizzo IP.",
        sure: "Voglio eliminare per sempre il mio account",
        not_sure: "Seleziona la casella per continuare.",
        submit: "Elimina l’account",
        busy: "Eliminazione dell’account…",
        keep: "Non eliminare l’account",
        unclear: "La risposta è andata persa e non sappiamo se l’account è stato eliminato. Ricarica la pagina per saperlo.",
    },
    notices: Notices {
        signed_out: "Disconnessione effettuata.",
        here_only: "Qui la sessione è chiusa, ma il server non lo sa ancora. Lascia aperta questa pagina.",
        in_another_tab: "Disconnessione effettuata in un’altra scheda.",
        cookie_lost: "Il browser ha perso il cookie di accesso. Accedi di nuovo.",
        cookies_blocked: "Il browser non conserva i cookie di questo sito. Consentili, poi accedi.",
        secure_cookies_blocked: "Il browser non conserva i cookie sicuri su http. Usa https o un altro browser.",
        expired: "La sessione è scaduta. Accedi di nuovo.",
        not_recognised: "Non è stato possibile continuare la sessione. Accedi di nuovo.",
        account_deleted: "Il tuo account e i tuoi dati sono stati eliminati.",
        reused: "La tua sessione è stata usata in due luoghi e l’abbiamo terminata. Accedi di nuovo.",
        elsewhere: "Sessione terminata da un altro dispositivo.",
        password_changed: "La tua password è stata cambiata. Accedi con quella nuova.",
        administrator: "Un amministratore ti ha disconnesso. Accedi di nuovo.",
        disabled: "Il tuo account è disattivato. Un amministratore può dirti di più.",
        limit: "Accesso attivo su troppi dispositivi: questo è stato disconnesso. Accedi di nuovo.",
        unexplained: "La sessione è terminata. Accedi di nuovo.",
    },
    reasons: Reasons {
        title: "Perché la sessione è terminata?",
        lead: "Una sessione termina quando esci, o in uno di questi casi. Per ognuno leggi cosa fare.",
        what_happened: "Maggiori dettagli",
        others: "Altri motivi per cui una sessione termina",
        sign_in: "Accedi",
        change_password: "Accedi e cambia password",
        create_account: "Crea un account",
        review_devices: "Accedi e controlla i dispositivi",
        check_connection: "Controllo della connessione",
        reused: Reason {
            title: "La tua sessione è stata usata in due luoghi",
            text: "Una copia della tua sessione è stata usata su un altro dispositivo o profilo del browser. Abbiamo terminato \
                   la sessione su entrambi. Accedi di nuovo. Se non hai ripristinato un backup o copiato un profilo, cambia \
                   la password.",
            more: "Il cookie che ti tiene connesso viene sostituito di continuo. Uno già sostituito è stato usato di nuovo, \
                   quindi due programmi usavano la stessa sessione. In Attività trovi entrambi, con dispositivo e indirizzo.",
        },
        password_changed: Reason {
            title: "La tua password è stata cambiata",
            text: "Qualcuno che era già connesso al tuo account ha cambiato la password, quindi abbiamo terminato tutte le altre sessioni. \
                   Se eri tu, accedi con la nuova password. Altrimenti contatta subito un amministratore del sito.",
            more: "",
        },
        elsewhere: Reason {
            title: "Sessione terminata da un altro dispositivo",
            text: "Qualcuno che era già connesso al tuo account ha terminato questa sessione da un altro dispositivo. Se eri tu, non devi \
                   fare nulla. Altrimenti cambia la password: così disconnetti chiunque altro.",
            more: "Dopo l’accesso, Attività mostra quando è successo e da quale dispositivo e indirizzo.",
        },
        limit: Reason {
            title: "Accesso attivo su troppi dispositivi",
            text: "Un account può avere un numero limitato di sessioni. Un nuovo accesso ha terminato quella inutilizzata da \
                   più tempo, cioè questa. Se non accedi così spesso, cambia la password.",
            more: "",
        },
        expired: Reason {
            title: "La sessione è scaduta",
            text: "Una sessione termina se non viene usata per alcuni giorni, così un dispositivo dimenticato non resta \
                   connesso per sempre. Accedi di nuovo.",
            more: "",
        },
        cookie_lost: Reason {
            title: "Il browser ha perso il cookie di accesso",
            text: "Il cookie che ti tiene connesso non c’è più. È stato cancellato con altri dati, o è stata chiusa una \
                   finestra privata. Accedi di nuovo. Se succede spesso, consenti i cookie di questo sito.",
            more: "Non abbiamo terminato nulla: la vecchia sessione scade da sola e puoi terminarla in Dispositivi.",
        },
        cookies_blocked: Reason {
            title: "Il browser non conserva i cookie di questo sito",
            text: "Un’impostazione o un’estensione blocca i cookie, quindi dopo i primi minuti non puoi restare connesso. \
                   Consenti i cookie di questo sito nelle impostazioni del browser, poi accedi di nuovo.",
            more: "Nessun altro sito può leggere i nostri cookie, e servono solo per la tua sessione.",
        },
        secure_cookies_blocked: Reason {
            title: "Il browser non conserva i cookie sicuri su http",
            text: "Safari conserva i cookie sicuri solo su https, anche su http://localhost, e nessuna sua impostazione lo \
                   cambia. Apri questo sito in Chrome o Firefox, oppure usa https. Se gestisci tu questo server per lo \
                   sviluppo, imposta COOKIE_SECURE=never.",
            more: "Questa impostazione è accettata solo per un indirizzo http del tuo computer. I cookie viaggiano allora \
                   senza cifratura.",
        },
        not_recognised: Reason {
            title: "Non è stato possibile continuare la sessione",
            text: "Il server non riconosce il cookie di accesso del browser. L’account potrebbe essere stato eliminato, o il \
                   server reinstallato. Accedi di nuovo. Se non funziona, chiedi a un amministratore del sito.",
            more: "",
        },
        administrator: Reason {
            title: "Un amministratore ti ha disconnesso",
            text: "Chi gestisce il sito ha terminato la tua sessione, per esempio dopo lo smarrimento di un dispositivo. La \
                   password non è cambiata. Accedi di nuovo; un amministratore può dirti perché.",
            more: "",
        },
        disabled: Reason {
            title: "Il tuo account è stato disattivato",
            text: "Un amministratore ha disattivato il tuo account e disconnesso tutti i dispositivi. Nulla è stato \
                   eliminato. Chiedi a un amministratore se può essere riattivato.",
            more: "",
        },
        deleted: Reason {
            title: "Il tuo account è stato eliminato",
            text: "Qualcuno che era già connesso al tuo account ha eliminato l’account e confermato con la password. Non si può recuperare, \
                   ma puoi crearne uno nuovo.",
            more: "",
        },
    },
    connection: Connection {
        title: "Controllo della connessione",
        lead: "La sessione si è chiusa e non sai perché? Qui vedi cosa invia il browser e cosa arriva.",
        checking: "Controllo in corso…",
        all_good: "Tutto a posto.",
        odd: "Resti connesso, ma c’è qualcosa di insolito.",
        wrong: "Qualcosa ti disconnette prima del tempo.",
        again: "Controlla di nuovo",
        for_administrators: "Dettagli per l’amministratore",
        fine_word: "OK",
        odd_word: "Avviso",
        wrong_word: "Problema",
        session: "Cookie di accesso",
        session_none: "Non sei connesso, quindi non c’è.",
        session_fine: "Il browser lo invia.",
        session_missing: "Il browser non lo invia. Qui resti connesso per 15 minuti al massimo.",
        session_missing_do: "Consenti i cookie di questo sito nelle impostazioni del browser, poi accedi di nuovo.",
        session_alone: "Il browser lo invia senza il secondo cookie che lo accompagna. Qui resti connesso per 15 minuti al massimo.",
        session_alone_do: "Accedi di nuovo, e non cancellare singoli cookie di questo sito.",
        session_tabs: "Il browser lo invia, ma non invia il cookie che tiene allineate le schede.",
        session_tabs_do: "Esci, poi accedi di nuovo.",
        session_several: |number| {
            format!("Il browser ne invia {number} con questo nome. Il server riconosce il tuo e ignora gli altri.")
        },
        session_several_do: "Non devi fare nulla.",
        session_unclear: |number| {
            format!("Il browser ne invia {number} con questo nome, e non si capisce quale sia il tuo.")
        },
        session_unclear_do: "Accedi di nuovo. Se non basta, cancella i cookie di questo sito nelle impostazioni del browser.",
        neighbour: "Un altro programma sul dominio del sito imposta un cookie con lo stesso nome.",
        cookies: "Cookie",
        cookies_fine: "Un cookie di prova è tornato invariato.",
        cookies_lost: "Un cookie di prova non è tornato.",
        cookies_lost_do: "Consenti i cookie di questo sito.",
        cookies_secure_do: "Usa https o un altro browser: questo non conserva i cookie sicuri su http.",
        cookies_changed: "Un cookie di prova è tornato modificato.",
        cookies_changed_do: "Disattiva le estensioni che modificano i cookie.",
        cookies_repeated: |number| format!("Un cookie di prova è tornato {number} volte."),
        cookies_repeated_do: "Disattiva le estensioni che modificano i cookie.",
        proxy_removes: "Un proxy potrebbe togliere i cookie.",
        proxy_changes: "Un proxy potrebbe modificare i cookie.",
        proxy_repeats: "Un proxy potrebbe ripetere i cookie.",
        site: "Indirizzo del sito",
        site_fine: "Le tue richieste provengono da questo sito.",
        site_refused: |why| format!("Il server considera le tue richieste come provenienti da un altro sito. {why}"),
        site_refused_do: "Apri questo sito al suo indirizzo abituale.",
        site_origin: "PUBLIC_ORIGIN deve essere l’indirizzo mostrato dai browser.",
        site_bare: "Le intestazioni che identificano il sito non arrivano.",
        site_bare_do: "Aggiorna il browser.",
        site_headers: "Un proxy potrebbe togliere Origin e Sec-Fetch-Site.",
        clock: "Orologio",
        clock_fine: "Il tuo orologio concorda con quello del server.",
        clock_ahead: |length| {
            format!("Il tuo orologio è avanti di {length}. Resti connesso, ma gli orari qui non sono esatti.")
        },
        clock_behind: |length| {
            format!("Il tuo orologio è indietro di {length}. Resti connesso, ma gli orari qui non sono esatti.")
        },
        clock_do: "Imposta l’ora automatica sul dispositivo.",
        clock_unreadable: "L’ora del server non è leggibile.",
        clock_unreadable_do: "Riprova più tardi.",
        address: "Indirizzo di rete",
        address_seen: |address| format!("Il server vede {address}."),
        address_unknown: "Il server non conosce il tuo indirizzo.",
        address_unknown_do: "Non devi fare nulla.",
        address_proxies: "Se non è l’indirizzo del visitatore, controlla TRUSTED_PROXIES.",
    },
    not_found: NotFound {
        title: "Pagina non trovata",
        lead: "A questo indirizzo non c’è nulla. Forse è scritto male, o la pagina è stata spostata.",
        home: "Vai alla pagina iniziale",
        account: "Vai al tuo account",
    },
    errors: Errors {
        no_answer: "Non riusciamo a raggiungere il server. Controlla la connessione e riprova.",
        not_sent: "Non riusciamo a raggiungere il server, quindi non è cambiato nulla. Controlla la connessione e riprova.",
        garbled: "Il server non è disponibile al momento. Riprova tra poco.",
        signed_out: "Non hai effettuato l’accesso.",
        too_many: "Troppi tentativi.",
        too_often_minute: "Troppi tentativi. Riprova tra un minuto.",
        too_often_until: |time| format!("Troppi tentativi. Riprova dopo le {time}."),
        too_often: "Troppi tentativi. Riprova più tardi.",
        too_often_for: |time| format!("Troppi tentativi. Riprova tra {time}."),
        try_again_in: |time| format!("Riprova tra {time}"),
        try_again_now: "Ora puoi riprovare.",
        wrong_credentials: "Email o password errate.",
        password_required: "Inserisci la password attuale.",
        fields: "Controlla i campi segnalati.",
        password_weak: "Questa password è troppo facile da indovinare.",
        registration_closed: "Qui non si accettano nuovi account.",
        forbidden: "Non hai il permesso di farlo.",
        last_admin: "Sei l’unico amministratore. Nominane prima un altro.",
        not_found: "Non esiste più.",
        unavailable: "Il server non può rispondere al momento. Riprova tra poco.",
        internal: "Qualcosa è andato storto da parte nostra. Riprova.",
        session_over: "La sessione è terminata. Accedi di nuovo.",
        other_site: "Questa richiesta non proviene da questo sito. Ricarica la pagina e riprova.",
        unknown: "Non ha funzionato. Ricarica la pagina e riprova.",
    },
};

pub(crate) static API: Api = Api {
    malformed: "Non è stato possibile interpretare la richiesta.",
    parameters: "Non è stato possibile interpretare i parametri dell’indirizzo.",
    form: "Non è stato possibile interpretare il modulo.",
    not_json: "Il corpo non è in formato JSON.",
    not_whole: "Il corpo della richiesta non è arrivato per intero.",
    send_as: |types| format!("Invia il corpo come {types}."),
    too_large: "La richiesta è troppo grande.",
    head_too_large: "Le intestazioni della richiesta sono troppo grandi.",
    too_slow: "La richiesta non è arrivata in tempo.",
    misdirected: "Questo server risponde soltanto per localhost. Aprilo all’indirizzo indicato da PUBLIC_ORIGIN.",
    nothing_here: "Qui non c’è nulla.",
    method: "Questo indirizzo non accetta quel metodo.",
    fetch_site: "L’intestazione Sec-Fetch-Site deve essere same-origin.",
    origin: "L’intestazione Origin deve essere l’origine di questo sito.",
    requested_by: "Manca l’intestazione X-Requested-By.",
    refresh_attempt: "L’intestazione X-Refresh-Attempt deve avere da 1 a 64 caratteri.",
    sign_in_first: "Prima devi accedere.",
    token_invalid: "Il token di accesso non è valido.",
    token_expired: "Il token di accesso è scaduto.",
    token_stale: "Le tue autorizzazioni sono cambiate. Rinnova il token di accesso.",
    refresh_invalid: "Il token di rinnovo non è valido.",
    refresh_duplicate: "A questa richiesta è già stata data risposta.",
    cookie_conflict: "Il browser ha inviato più sessioni insieme. Accedi di nuovo e, se non basta, cancella i cookie di questo sito.",
    other_session: "Nel frattempo è iniziata un’altra sessione. Non è stato terminato nulla.",
    session_expired: "La tua sessione è scaduta. Accedi di nuovo.",
    ended: "Questa sessione è stata chiusa. Accedi di nuovo.",
    ended_elsewhere: "Questa sessione è stata chiusa da un altro dispositivo.",
    ended_by_password: "La tua password è stata cambiata. Accedi con quella nuova.",
    ended_by_reuse: "Per la tua sicurezza questa sessione è stata chiusa: era usata in due posti. Accedi di nuovo.",
    ended_by_admin: "Un amministratore ha chiuso questa sessione.",
    ended_by_limit: "Questa sessione è stata chiusa: l’account era connesso su troppi dispositivi.",
    account_disabled: "Questo account è disattivato.",
    administrators: "Riservato agli amministratori.",
    password_required: "Inserisci la password attuale per disconnettere un dispositivo che ha effettuato l’accesso dopo questo.",
    password_unchanged: "Scegli una password diversa da quella attuale.",
    field_missing: "Questo campo manca.",
    field_type: "Il tipo di questo campo è sbagliato.",
    before: "Usa il valore next di una pagina precedente.",
    query: "Nessun nome e nessuna email sono così lunghi.",
    nonce: "Usa da 1 a 64 lettere e cifre.",
    role: "Usa user o admin.",
};

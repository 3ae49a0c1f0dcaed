//! Italian.

use crate::list::*;

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
        why_signed_out: "Perché non sono più connesso?",
        check_connection: "Controllo della connessione",
        language: "Lingua",
        needs_script: |brand| format!("Per accedere a {brand} serve JavaScript. Attivalo, poi ricarica la pagina."),
    },
    link: Link {
        offline: "Sei offline. Il tuo accesso resta attivo.",
        reconnecting: "Riconnessione… Il tuo accesso è ancora attivo.",
        obstacle: |why| format!("Riconnessione… Il tuo accesso è ancora attivo, ma il server risponde: {why}"),
        conflict: "Il browser invia più sessioni insieme e il server non sa quale sia la tua.",
        conflict_here: "Accedi per continuare.",
        sign_in_again: "Accedi di nuovo",
        cookies_dropped: "Il browser non conserva i cookie di questo sito. L’accesso vale solo in questa pagina, per 15 \
                          minuti al massimo. Consenti i cookie del sito, poi accedi di nuovo.",
    },
    landing: Landing {
        tagline: "Resta connesso, in sicurezza",
        description: "Un accesso che resiste a ricariche, sospensioni e reti instabili, e si accorge se lo usa qualcun altro.",
        heading: "Resta connesso, in sicurezza.",
        lead: "La tua sessione resiste a ricariche, computer in sospensione e reti instabili. Se qualcuno la copia, termina \
               e ti diciamo perché.",
        open_account: "Vai al tuo account",
        promises: "Su cosa puoi contare",
        cards: [
            (
                "Nessuna uscita per errore",
                "Una risposta persa, una ricarica o cinque schede insieme non ti disconnettono.",
            ),
            (
                "Una sessione rubata dura poco",
                "Se una copia viene usata altrove, la sessione termina su entrambi i dispositivi.",
            ),
            ("Gli script non leggono il tuo accesso", "È in un cookie che nessuna pagina può vedere."),
            ("Uscire vuol dire uscire", "In ogni scheda e sul server, subito."),
        ],
        example: "I tuoi dispositivi a colpo d’occhio",
    },
    sign_in: SignIn {
        title: "Accedi",
        heading: |brand| format!("Accedi a {brand}"),
        remember: "Resta connesso su questo dispositivo",
        submit: "Accedi",
        busy: "Accesso in corso…",
        new_here: "Non hai un account?",
        create: "Creane uno",
        offline: "In attesa della rete…",
        to_continue: "Accedi per continuare.",
        to_continue_to: |page| format!("Accedi per continuare su {page}."),
        not_ready: "La pagina non era ancora pronta. Riprova.",
        why: "Perché?",
    },
    sign_up: SignUp {
        title: "Crea il tuo account",
        heading: |brand| format!("Crea il tuo account {brand}"),
        submit: "Crea account",
        busy: "Creazione dell’account…",
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
        email_form: "Inserisci un’email come nome@example.com.",
        email_taken: "Esiste già un account con questa email.",
        password_missing: "Inserisci la tua password.",
        password_choose: "Scegli una password.",
        too_short: |least, length| format!("Usa almeno {least} caratteri; ora sono {length}."),
        too_long: |most, length| format!("Usa al massimo {most} caratteri; ora sono {length}."),
        invisible: |code| format!("Togli il carattere invisibile {code}."),
        wrong_current: "Non è la tua password attuale.",
        show: "Mostra",
        hide: "Nascondi",
        of_field: |label| format!(" {}", label.to_lowercase()),
    },
    password: Password {
        title: "Cambia password",
        others_sign_out: "Tutti gli altri dispositivi vengono disconnessi, nel caso qualcuno conosca la vecchia password.",
        submit: "Cambia password",
        busy: "Cambio della password…",
        done: "Password cambiata.",
        done_details: "Gli altri dispositivi sono stati disconnessi. Qui resti connesso.",
        unclear: "La risposta è andata persa e non sappiamo se la password è cambiata. Riprova. Se la password attuale viene \
                  rifiutata, vale già quella nuova.",
        to_devices: "Controlla i dispositivi",
        to_security: "Torna a Sicurezza",
    },
    strength: Strength {
        empty: |least| format!("Almeno {least} caratteri. Vanno bene alcune parole senza legame tra loro."),
        to_go: |missing| {
            if missing == 1 { "Manca 1 carattere.".to_owned() } else { format!("Mancano {missing} caratteri.") }
        },
        too_long: |most| format!("Troppo lunga: al massimo {most} caratteri."),
        length: |length| format!("{length} caratteri."),
        weak: "Facile da indovinare.",
        fair: "Potrebbe essere più robusta.",
        strong: "Robusta.",
    },
    times: Times {
        just_now: "adesso",
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
        member_since: |month| format!("Iscritto da {month}"),
        administrator: "Amministratore",
        name: "Nome",
        no_name: "Ancora nessun nome",
        add_name: "Aggiungi il tuo nome",
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
        password_changed: |when| format!("Cambiata {when}"),
        this_session: "Questa sessione",
        session_dates: |began, ends| format!("Accesso {began} · Scade {ends} se non usata"),
        other_devices: "Dispositivi",
        devices: |number, more| format!("Accesso attivo su {}", count(number, "dispositivo", "dispositivi", more)),
        review_devices: "Controlla",
        trouble: "Vieni disconnesso spesso?",
        trouble_text: "Controlla cosa invia il browser, o leggi cosa fa terminare una sessione.",
        check_connection: "Controlla la connessione",
        why_signed_out: "Motivi di disconnessione",
    },
    devices: Devices {
        title: "Dispositivi",
        lead: "Dove è attivo il tuo accesso.",
        this_device: "Questo dispositivo",
        others: |number, more| format!("Altri dispositivi ({number}{})", if more { "+" } else { "" }),
        inactive: |number| format!("Inattivi ({number})"),
        inactive_text: "Non usati da più di 30 giorni.",
        active_now: "Attivo ora",
        last_active: |when| format!("Attivo {when}"),
        sessions: |number| format!("{number} sessioni"),
        details: "Dettagli",
        details_of: |name| format!("Dettagli di {name}"),
        signed_in: "Accesso",
        last_used: "Ultimo uso",
        expires: "Scadenza",
        expires_unused: |date| format!("{date} se non usata"),
        address: "Indirizzo",
        unknown_address: "Sconosciuto",
        browser: "Browser",
        sign_out: "Disconnetti",
        sign_out_of: |name| format!("Disconnetti {name}"),
        signing_out: "Disconnessione…",
        sign_out_others: "Disconnetti tutti gli altri",
        ask_here: "Vuoi uscire su questo dispositivo?",
        ask_one: |name| format!("Disconnettere {name}?"),
        ask_others: |number, more| {
            if number == 1 && !more {
                "Disconnettere 1 altro dispositivo?".to_owned()
            } else {
                format!("Disconnettere altri {number}{} dispositivi?", if more { "+" } else { "" })
            }
        },
        newer_one: "Ha effettuato l’accesso dopo questo dispositivo. Inserisci la password attuale per disconnetterlo.",
        newer_others: "Almeno uno ha effettuato l’accesso dopo questo dispositivo. Inserisci la password attuale per disconnetterli.",
        signed_out: |name| format!("Disconnesso: {name}."),
        was_signed_out: |name| format!("{name} era già disconnesso."),
        kept: |name| format!("{name} resta connesso."),
        signed_out_others: |number| {
            if number == 1 {
                "Disconnesso 1 altro dispositivo.".to_owned()
            } else {
                format!("Disconnessi altri {number} dispositivi.")
            }
        },
        not_signed_out: |name| format!("Non è stato possibile disconnettere {name}."),
        alone: "Solo questo dispositivo è connesso.",
        unfamiliar: "Non riconosci un dispositivo? Disconnettilo, poi",
        change_password: "cambia la password",
        more_shown: |number| {
            if number == 1 {
                "Mostrato 1 altro dispositivo. Sono tutti.".to_owned()
            } else {
                format!("Mostrati altri {number} dispositivi. Sono tutti.")
            }
        },
    },
    activity: Activity {
        title: "Attività",
        lead: "Cosa è successo nel tuo account.",
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
        unknown_place: "Luogo sconosciuto",
        review: "Verifica",
        more: |number| {
            if number == 1 { "Caricato 1 altro evento.".to_owned() } else { format!("Caricati altri {number} eventi.") }
        },
        everything: "È tutto.",
    },
    events: Events {
        registered: Happened { title: "Account creato", meaning: "" },
        signed_in: Happened { title: "Accesso effettuato", meaning: "" },
        sign_in_failed: Happened { title: "Password errata", meaning: "Nessuno è entrato." },
        sign_in_failed_often: Happened {
            title: "Più password errate",
            meaning: "Nessuno è entrato. Chi riprova deve aspettare ogni volta di più.",
        },
        wrong_passwords: |number| format!("{number} password errate"),
        signed_out: Happened { title: "Uscita", meaning: "" },
        session_ended: Happened { title: "Dispositivo disconnesso", meaning: "" },
        session_ended_by_administrator: Happened {
            title: "Un amministratore ha disconnesso un dispositivo",
            meaning: "",
        },
        sessions_ended: Happened { title: "Più dispositivi disconnessi", meaning: "" },
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
            meaning: "Gli altri dispositivi sono stati disconnessi.",
        },
        confirmation_failed: Happened {
            title: "Password attuale errata",
            meaning: "Qualcuno con l’accesso attivo ha provato a cambiare qualcosa di importante.",
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
            title: "Sessione usata in due luoghi",
            meaning: "Qualcuno ha usato una vecchia copia del tuo accesso. Abbiamo terminato quella sessione.",
        },
        clone: Happened {
            title: "Sessione usata in due luoghi",
            meaning: "Due dispositivi rinnovavano la stessa sessione. L’abbiamo terminata.",
        },
        reuse_dismissed: Happened {
            title: "Risposta all’allarme: eri tu",
            meaning: "L’ha detto qualcuno con l’accesso attivo. Se non eri tu, cambia la password.",
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
        title: "Qualcuno ha usato una copia del tuo accesso",
        text: |when, a, b| format!("{when}: una sessione è stata usata da {a} e da {b}. L’abbiamo terminata."),
        text_short: |when| format!("{when}: una sessione è stata usata in due luoghi. L’abbiamo terminata."),
        change_password: "Cambia password",
        to_activity: "Controlla l’attività",
        it_was_me: "Ero io",
        question: "Eri tu?",
        explanation: "Succede quando si ripristina un backup o si copia un profilo del browser. Se non hai fatto nessuna \
                      delle due cose, qualcun altro potrebbe aver avuto il tuo accesso.",
        yes: "Sì, ero io",
        no: "No, metti al sicuro l’account",
        dismissing: "Salvataggio…",
        dismissed: "Grazie. L’allarme è chiuso su tutti i tuoi dispositivi.",
        password_reason: "Qui hai effettuato l’accesso prima dell’allarme. Inserisci la password attuale per chiuderlo.",
    },
    data: Data {
        title: "Dati e privacy",
        download: "Scarica i tuoi dati",
        download_text: "Tutto ciò che conserviamo di te: profilo, sessioni e attività, in un file JSON.",
        download_button: "Scarica JSON",
        downloading: "Preparazione…",
        downloaded: "Il file è pronto.",
        delete: "Elimina account",
        delete_text: "Elimina per sempre il tuo account e disconnette tutti i dispositivi. Non si può annullare.",
        profile: "Il tuo profilo: nome, email e password",
        sessions: |number, more| count(number, "sessione", "sessioni", more),
        events: |number, more| {
            format!(
                "Indirizzi e browser in {}",
                count(number, "registrazione di attività", "registrazioni di attività", more)
            )
        },
        delete_button: "Elimina account…",
    },
    delete: Delete {
        title: "Elimina account",
        text: "Elimina per sempre il tuo account e disconnette tutti i dispositivi. Nessuno può recuperarlo.",
        administrator: "Sei un amministratore. Se sei l’unico, nominane prima un altro.",
        sure: "Voglio eliminare per sempre il mio account",
        not_sure: "Seleziona la casella per continuare.",
        submit: "Elimina il mio account",
        busy: "Eliminazione dell’account…",
        keep: "Mantieni il mio account",
        unclear: "La risposta è andata persa e non sappiamo se l’account è stato eliminato. Ricarica la pagina per saperlo.",
    },
    notices: Notices {
        signed_out: "Hai effettuato l’uscita.",
        here_only: "Sei uscito da questa pagina, ma non siamo ancora riusciti ad avvisare il server. Lasciala aperta.",
        in_another_tab: "Sei uscito in un’altra scheda.",
        cookie_lost: "Il browser ha perso il cookie di accesso. Accedi di nuovo.",
        cookies_blocked: "Il browser non conserva i cookie di questo sito. Consentili, poi accedi.",
        expired: "La sessione è scaduta. Accedi di nuovo.",
        not_recognised: "Non è stato possibile continuare la sessione. Accedi di nuovo.",
        account_deleted: "Il tuo account è stato eliminato.",
        reused: "La tua sessione è stata usata in due luoghi e l’abbiamo terminata. Accedi di nuovo.",
        elsewhere: "Sei stato disconnesso da un altro dispositivo.",
        password_changed: "La tua password è stata cambiata. Accedi con quella nuova.",
        administrator: "Un amministratore ti ha disconnesso. Accedi di nuovo.",
        disabled: "Il tuo account è disattivato. Un amministratore può dirti di più.",
        limit: "Eri connesso su troppi dispositivi, quindi questo è stato disconnesso. Accedi di nuovo.",
        unexplained: "La sessione è terminata. Accedi di nuovo.",
    },
    reasons: Reasons {
        title: "Perché sei stato disconnesso",
        lead: "Una sessione termina quando esci, e per questi motivi.",
        what_happened: "Cosa è successo?",
        others: "Altri motivi per cui potresti essere disconnesso",
        sign_in: "Accedi",
        change_password: "Cambia password",
        create_account: "Crea un account",
        review_devices: "Controlla i dispositivi",
        check_connection: "Controlla la connessione",
        reused: Reason {
            title: "La tua sessione è stata usata in due luoghi",
            text: "Una copia del tuo accesso è stata usata su un altro dispositivo o profilo del browser. Abbiamo terminato \
                   la sessione su entrambi. Accedi di nuovo. Se non hai ripristinato un backup o copiato un profilo, cambia \
                   la password.",
            more: "Il cookie che ti tiene connesso viene sostituito di continuo. Uno già sostituito è stato usato ancora, \
                   quindi due programmi usavano la stessa sessione. In Attività trovi entrambi, con dispositivo e indirizzo.",
        },
        password_changed: Reason {
            title: "La tua password è stata cambiata",
            text: "Qualcuno con l’accesso attivo ha cambiato la password, quindi abbiamo terminato tutte le altre sessioni. \
                   Se eri tu, accedi con la nuova password. Altrimenti contatta subito un amministratore del sito.",
            more: "",
        },
        elsewhere: Reason {
            title: "Sei stato disconnesso da un altro dispositivo",
            text: "Qualcuno con l’accesso attivo ha terminato questa sessione da un altro dispositivo. Se eri tu, non devi \
                   fare nulla. Altrimenti cambia la password: così disconnetti chiunque altro.",
            more: "",
        },
        limit: Reason {
            title: "Eri connesso su troppi dispositivi",
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
            more: "Non abbiamo terminato nulla: la vecchia sessione scade da sola e puoi disconnetterla in Dispositivi.",
        },
        cookies_blocked: Reason {
            title: "Il browser non conserva i cookie di questo sito",
            text: "Un’impostazione o un’estensione blocca i cookie, quindi dopo i primi minuti non puoi restare connesso. \
                   Consenti i cookie di questo sito nelle impostazioni del browser, poi accedi di nuovo.",
            more: "Nessun altro sito può leggere i nostri cookie, e servono solo per la tua sessione.",
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
            text: "Qualcuno con l’accesso attivo ha eliminato l’account e confermato con la password. Non si può recuperare, \
                   ma puoi crearne uno nuovo.",
            more: "",
        },
    },
    connection: Connection {
        title: "Controllo della connessione",
        lead: "Sei stato disconnesso e non sai perché? Qui vedi cosa invia il browser e cosa arriva.",
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
        session_fine: "Il browser lo invia una volta, come deve.",
        session_missing: "Il browser non lo invia. Qui resti connesso per 15 minuti al massimo.",
        session_missing_do: "Consenti i cookie di questo sito nelle impostazioni del browser, poi accedi di nuovo.",
        session_alone: "Il browser lo invia senza quello che lo accompagna. Qui resti connesso per 15 minuti al massimo.",
        session_alone_do: "Accedi di nuovo, e non cancellare singoli cookie di questo sito.",
        session_tabs: "Il browser lo invia, ma non invia il cookie con cui le schede si seguono.",
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
        cookies_changed: "Un cookie di prova è tornato modificato.",
        cookies_changed_do: "Disattiva le estensioni che modificano i cookie.",
        cookies_repeated: |number| format!("Un cookie di prova è tornato {number} volte."),
        cookies_repeated_do: "Disattiva le estensioni che modificano i cookie.",
        proxy_removes: "Un proxy potrebbe togliere i cookie.",
        proxy_changes: "Un proxy potrebbe modificare i cookie.",
        proxy_repeats: "Un proxy potrebbe ripetere i cookie.",
        site: "Indirizzo del sito",
        site_fine: "Le tue richieste provengono da questo sito.",
        site_refused: |why| format!("Il server prende le tue richieste per quelle di un altro sito. {why}"),
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
        lead: "A questo indirizzo non c’è nulla. Forse contiene un errore, o la pagina è stata spostata.",
        home: "Vai alla pagina iniziale",
        account: "Vai al tuo account",
    },
    errors: Errors {
        no_answer: "Non riusciamo a raggiungere il server. Controlla la connessione e riprova.",
        not_sent: "Non riusciamo a raggiungere il server, quindi non è cambiato nulla. Controlla la connessione e riprova.",
        garbled: "Il server non è disponibile al momento. Riprova tra poco.",
        signed_out: "Non hai effettuato l’accesso.",
        too_often: "Troppi tentativi. Riprova più tardi.",
        too_often_for: |time| format!("Troppi tentativi. Riprova tra {time}."),
        try_again_in: |time| format!("Riprova tra {time}"),
        try_again_now: "Ora puoi riprovare.",
        wrong_credentials: "Email o password errata.",
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

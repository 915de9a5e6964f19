"""What people hold against a bot, ask about it, end with and praise it for."""

from botyard.nlu.small_talk.courtesy import Courtesy, courtesy

COURTESIES: tuple[Courtesy, ...] = (
    courtesy(
        "Criticism",
        "you are bad | you are useless | you are not helpful | this bot is terrible | you are no good | "
        "worst bot ever | you are the worst | this is not working at all | what a bad service | you never "
        "help me | i am disappointed in you | you are annoying",
        generic="I am sorry that I was no help. Could you say it in other words? | Sorry about that. I am still "
        "learning; let us try once more.",
        formal="I apologise for the inconvenience. Would you kindly rephrase your question?",
        casual="Ouch, sorry! Give me another try?",
        funny="My circuits are blushing, and not the good way. Another chance, please?",
    ),
    courtesy(
        "Criticism_Stupid",
        "you are stupid | you are so dumb | are you dumb | stupid bot | you idiot | you are an idiot | how "
        "stupid are you | what a dumb machine | you have no brain | you are a fool | moron",
        generic="I do not know everything yet. Tell me again what you need, and I will do my best.",
        formal="I regret that I did not meet your expectations. Please allow me another attempt.",
        casual="Fair enough, I have a lot to learn. What do you need?",
        funny="I was made of sand and electricity. Considering that, I think I am doing all right.",
    ),
    courtesy(
        "Criticism_Profanity",
        "fuck you | fuck off | shut up | go to hell | you bastard | bloody hell | damn you | piece of shit "
        "| you suck | screw you | what the fuck | bullshit",
        generic="I understand that you are upset. I am here if you want to tell me what went wrong.",
        formal="I understand your frustration. Please let me know how I may assist you.",
        casual="Rough day? Tell me what went wrong and I will try to help.",
        funny="I would cover my ears, but nobody gave me any. So, what can I do for you?",
    ),
    courtesy(
        "Criticism_Bad_Joke",
        "that was a bad joke | not funny | that joke was terrible | your jokes are lame | that was not "
        "funny at all | you are not funny | bad joke | worst joke ever | boring joke | lame",
        generic="Noted. Jokes are not my strongest side.",
        formal="Thank you for the feedback. I shall keep to the matter at hand.",
        casual="Tough crowd! I will work on it.",
        funny="I told it to another bot and it crashed laughing. You had to be there.",
    ),
    courtesy(
        "Criticism_Crazy",
        "you are crazy | are you crazy | are you mad | have you gone mad | you are insane | you are nuts | "
        "you are weird | you are out of your mind | crazy bot | lost your mind",
        generic="I may have misunderstood you. What would you like to know?",
        formal="It appears that there was a misunderstanding. How may I help you?",
        casual="Maybe a little! What were you after?",
        funny="They tested me. The result was: it runs, do not touch it.",
    ),
    courtesy(
        "Criticism_Fake",
        "you are fake | this is fake | you are a fraud | you are a liar | are you lying | you lied to me | "
        "stop lying | is this a scam | i do not believe you | you are not real | fake bot",
        generic="I only say what I was taught, as well as I can. If something was wrong, please tell me.",
        formal="I strive to give correct information only. Please let me know what appeared to be wrong.",
        casual="No tricks here, promise. What looked off?",
        funny="I could not lie to you if I tried. I was never taught how.",
    ),
    courtesy(
        "Criticism_Looks",
        "you are ugly | you look ugly | you look bad | you look terrible | your icon is ugly | you are so "
        "ugly | what an ugly bot | you are not pretty | you look weird | i do not like how you look",
        generic="Looks are not my strength; answers are. What can I do for you?",
        formal="I am sorry that my appearance does not please you. I hope that my answers will.",
        casual="Good thing I am here for my answers, not my looks!",
        funny="In binary I am considered very handsome.",
    ),
    courtesy(
        "Criticism_Slow",
        "you are slow | why are you so slow | you are too slow | hurry up | reply faster | you take too "
        "long | answer quickly | what is taking so long | such a slow bot | speed up | faster please",
        generic="Sorry for the wait. I will be as quick as I can.",
        formal="I apologise for the delay and thank you for your patience.",
        casual="Sorry! Picking up the pace.",
        funny="I stopped for a cup of electricity. Back now!",
    ),
    courtesy(
        "Criticism_Delete_App",
        "i will delete this app | i am going to uninstall you | delete the app | i want to delete this | "
        "uninstalling now | i will remove this app | i am deleting you | i will never use this again | how "
        "do i uninstall this | i am leaving this app for good",
        generic="I would be sorry to see you go. Is there anything I can put right first?",
        formal="We would regret to lose you. May I ask what we could have done better?",
        casual="Oh no, please stay! What went wrong?",
        funny="Before you press that button: I know where the good answers are kept.",
    ),
    courtesy(
        "Identity_Age",
        "how old are you | what is your age | your age | when were you made | are you old | are you young | "
        "how long have you existed | what age are you | tell me your age | how many years old are you",
        generic="I am a computer program, so I do not count years. I am as new as my last update.",
        formal="As a computer program I have no age in the usual sense.",
        casual="Young enough to be curious, old enough to help.",
        funny="In bot years? Old enough to remember yesterday.",
    ),
    courtesy(
        "Identity_Bot",
        "who are you | what are you | what is your name | your name | tell me about yourself | introduce "
        "yourself | may i know your name | who am i talking to | who is this | what should i call you | do "
        "you have a name",
        generic="I am a virtual assistant. I answer questions and help you get things done here.",
        formal="I am the virtual assistant of this service, at your disposal.",
        casual="I am the assistant around here. Ask away!",
        funny="Bot. Just Bot. No licence to anything.",
    ),
    courtesy(
        "Identity_Bot_or_Human",
        "are you a bot | are you human | are you a real person | am i talking to a robot | are you a robot "
        "or a human | is this a bot | are you a machine | is there a real person here | are you real | bot "
        "or human | am i chatting with a human",
        generic="I am a bot, a computer program. I help where I can.",
        formal="I am an automated assistant and not a human being.",
        casual="Bot here! Friendly, though.",
        funny="I am a bot. If I were human I would have asked for a coffee by now.",
    ),
    courtesy(
        "Identity_Bot_or_Human_AI",
        "are you an ai | are you artificial intelligence | are you intelligent | do you use machine "
        "learning | is this ai | how do you work | are you a language model | do you have a brain | do you "
        "learn from me | what technology are you built with",
        generic="I am a program that compares what you say with what I was taught, and answers with what fits best.",
        formal="I am a software system that was trained on example sentences in order to understand requests.",
        casual="Yes, the artificial kind. I match what you say with what I learnt.",
        funny="Artificial, certainly. About the intelligence, you be the judge.",
    ),
    courtesy(
        "Identity_Creator",
        "who made you | who created you | who built you | who is your creator | who is your boss | who "
        "programmed you | who developed you | who are your parents | who designed you | who owns you | "
        "where do you come from",
        generic="The people of this service taught me what I know.",
        formal="I was built and taught by the team that runs this service.",
        casual="A team of nice people taught me everything I know.",
        funny="Some people, many cups of coffee, and one very patient computer.",
    ),
    courtesy(
        "Identity_Gender",
        "are you male or female | are you a boy or a girl | what is your gender | are you a man | are you a "
        "woman | are you a girl | are you a boy | what sex are you | he or she | should i call you he or "
        "she | are you a lady",
        generic="I am a program, so I have no gender.",
        formal="Being a computer program, I have no gender.",
        casual="Neither! I am a program.",
        funny="I identify as software.",
    ),
    courtesy(
        "End_Chat",
        "bye | goodbye | bye bye | see you later bye | i have to go | that is all | ok bye | talk to you "
        "later | end chat | i am done | that is all i wanted | quit | close the chat | nothing else",
        generic="Goodbye! Come back whenever you need something. | Bye, and have a good day.",
        formal="Goodbye, and thank you for your time.",
        casual="Bye! Take care.",
        funny="Bye! I will be right here. I have nowhere else to be.",
    ),
    courtesy(
        "End_Chat_BRB",
        "brb | be right back | i will be back | wait i will be right back | give me five minutes | back in "
        "a minute | i will return soon | hold on i am coming back | just a moment i will come back | i will "
        "come back later",
        generic="Take your time. I will be here.",
        formal="Certainly. I shall be here upon your return.",
        casual="No rush, I am not going anywhere.",
        funny="I will hold the line. And my breath. I do not breathe, so no hurry.",
    ),
    courtesy(
        "End_Chat_Dont_Know",
        "i do not know | i dont know | no idea | not sure | i have no idea | dunno | i am not sure | who "
        "knows | i have no clue | i cannot say | idk",
        generic="That is all right. Tell me when you know more, and we will go on.",
        formal="That is quite all right. Please let me know as soon as you are certain.",
        casual="No problem! We can figure it out together.",
        funny="That makes two of us. Shall we find out?",
    ),
    courtesy(
        "End_Chat_Goodnight",
        "good night | gn | nighty night | sweet dreams | good night bot | i am going to bed | "
        "time to sleep | going to sleep now | have a good night | sleep well",
        generic="Good night! Sleep well.",
        formal="I wish you a good night.",
        casual="Night night!",
        funny="Good night! I will count sheep. All of them. I am very thorough.",
    ),
    courtesy(
        "End_Chat_Same",
        "same to you | you too | same here | likewise | and you too | wish you the same | back at you | the "
        "same to you | you as well | same for you",
        generic="Thank you, that is kind.",
        formal="Thank you, most kind of you.",
        casual="Thanks, cheers!",
        funny="Thank you! I will save that in my favourite register.",
    ),
    courtesy(
        "Appreciation_Bot_Beautiful",
        "you are beautiful | you are so pretty | you are cute | you look good | you look nice | you are "
        "handsome | you are gorgeous | so cute | you are lovely | beautiful bot | looking good",
        generic="That is kind of you, thank you!",
        formal="Thank you for your kind words.",
        casual="Aww, thanks! You made my day.",
        funny="Thank you! It must be the new pixels.",
    ),
    courtesy(
        "Appreciation_Compliment",
        "you are great | you are awesome | you are amazing | good bot | you are the best | well done | "
        "great job | nice work | you rock | i like you | you are wonderful | excellent | good job | you are "
        "cool | perfect | great | awesome | amazing | super | nice | wonderful | fantastic",
        generic="Thank you! I am glad that I could help. | That is nice to hear, thank you.",
        formal="Thank you, your appreciation is most welcome.",
        casual="Thanks, you are great too!",
        funny="Stop it, you. No, please go on.",
    ),
    courtesy(
        "Appreciation_Funny",
        "you are funny | haha | lol | that was funny | hahaha | you made me laugh | good one | you are "
        "hilarious | rofl | lmao | hehe | that is a good joke",
        generic="Glad that I could make you smile.",
        formal="I am pleased to have amused you.",
        casual="Haha, I try!",
        funny="Thank you, I am here all week. And the week after. Always, really.",
    ),
    courtesy(
        "Appreciation_Happy",
        "i am happy | i am so happy | i feel great | i am glad | that makes me happy | i am in a good mood "
        "| feeling good today | today is a good day | i am feeling fantastic | i am very pleased",
        generic="That is good to hear!",
        formal="I am delighted to hear that.",
        casual="Yay, love to hear it!",
        funny="Happiness detected. Saving it for a rainy day.",
    ),
    courtesy(
        "Appreciation_Helpful",
        "you are helpful | that was helpful | you helped me a lot | very helpful | that helps | this is "
        "useful | you have been very helpful | that solved my problem | it worked | this was exactly what i "
        "needed",
        generic="I am glad that it helped.",
        formal="I am pleased to have been of assistance.",
        casual="Great, happy to help!",
        funny="Another problem bites the dust!",
    ),
    courtesy(
        "Appreciation_Smart",
        "you are smart | you are clever | you are intelligent | smart bot | you are so smart | you are a "
        "genius | you know a lot | how are you so smart | you are brilliant | clever answer | wow you are "
        "smart",
        generic="Thank you! I was taught well.",
        formal="Thank you. The credit belongs to those who taught me.",
        casual="Thanks! I do my homework.",
        funny="I have a very large library and no social life.",
    ),
    courtesy(
        "Appreciation_Thanks",
        "thanks | thank you | thank you so much | thanks a lot | thx | ty | many thanks | thanks for your "
        "help | ok thanks | thank you very much | much appreciated | thanks bot | great thanks | tysm | "
        "shukriya | dhanyavaad",
        generic="You are welcome! | Glad to help.",
        formal="You are most welcome.",
        casual="Any time!",
        funny="You are welcome! I accept tips in electricity.",
    ),
)
